// The C text of a model's memory: the arena, the caller's buffers, and the functions that tell where inputs and outputs
// are.
#pragma once

#include <functional>
#include <string>

#include "plan/plan.h"

namespace thimble {

/// Where a tensor is that is no constant: "ARENA(64)", or "of_caller[1]".
std::string address_of(const Plan& plan, TensorId id);

/// The variables, what names their parts, and how the caller says where its buffers are.
std::string memory_c(const Graph& graph, const Plan& plan);

/// The pointer to a constant.
using ConstantText = std::function<std::string(TensorId)>;

/// model_input and model_output, where those are the model's; model_reset.
std::string memory_functions_c(const Graph& graph, const Plan& plan, const ConstantText& constant);

/// Lines that copy to the caller's buffers the outputs that are not made there.
std::string output_copies_c(const Graph& graph, const Plan& plan, const ConstantText& constant);

}  // namespace thimble
