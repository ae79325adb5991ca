// Samples of a data set -> the bytes of a model's input.
#pragma once

#include "data/dataset.h"
#include "ir/graph.h"

namespace thimble {

/// The samples, one after the other, as the graph's only input holds them: floats, or integers rounded to the nearest
/// by the input's scale and zero point. Throws InputError when the samples do not fit the input.
Bytes samples_as_input(const Graph& graph, const Dataset& data);

}  // namespace thimble
