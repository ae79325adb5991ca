// .npy arrays <-> the stacked inputs and outputs of a model.
#pragma once

#include <string>
#include <vector>

#include "base/npy.h"
#include "ir/graph.h"

namespace thimble {

/// The number of invocations that `arrays`, one a graph input, hold: each has a leading axis of that length, then the
/// input's own shape, and the input's type. `names` are the files, for messages. Throws InputError when they do not
/// fit.
std::size_t check_stacked_inputs(const Graph& graph, const std::vector<NpyArray>& arrays,
                                 const std::vector<std::string>& names);

/// `bytes` of `count` stacked values of a graph's output as an array.
NpyArray stacked_output(const Tensor& output, std::size_t count, Bytes bytes);

}  // namespace thimble
