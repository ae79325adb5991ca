// The package's header, which tells a program what it needs to know of the model.
#pragma once

#include <string>

#include "codegen/package.h"

namespace thimble {

/// Of all these tensors together.
std::size_t total_bytes(const Graph& graph, const std::vector<TensorId>& ids);

std::string model_h(const Graph& graph, const Plan& plan, std::size_t weights_bytes, const PackageOptions& options);

/// What qualifies the package's own constants: "MODEL_FLASH " for AVR, or nothing.
std::string flash_qualifier(const Target& target);

}  // namespace thimble
