// Quantization of a model with the samples of a data set.
#pragma once

#include "data/dataset.h"
#include "quant/quantize.h"

namespace thimble {

/// The ranges of a graph's tensors on all samples of `data`. Throws InputError when the graph does not have exactly one
/// input, or the samples do not fit it.
std::vector<Range> observe(const Graph& graph, const Dataset& data);

/// Observes all samples of `data` and quantizes. Throws InputError when the model does not have exactly one input, or
/// the samples do not fit it.
Graph calibrate_and_quantize(const Graph& graph, const Dataset& data, const QuantizeOptions& options);

}  // namespace thimble
