// Samples of a data set -> the bytes of a model's input.
#pragma once

#include "data/load.h"
#include "ir/graph.h"

namespace thimble {

/// The samples, one after the other, as the graph's only input holds them: floats, or integers rounded to the nearest
/// by the input's scale and zero point. Throws InputError when the samples do not fit the input.
Bytes samples_as_input(const Graph& graph, const Dataset& data);

/// Likewise for each of the graph's inputs.
std::vector<Bytes> samples_as_inputs(const Graph& graph, const Dataset& data);

/// What the arrays of data for the model are called: like its inputs and outputs.
ArrayNames array_names(const Graph& graph);
/// Likewise where nobody looks at labels.
ArrayNames input_array_names(const Graph& graph);

}  // namespace thimble
