// What training would say of a model whose outputs an integer graph computes.
#pragma once

#include "ir/layer.h"
#include "train/train.h"

namespace thimble {

/// Loss and metrics of `integer`, which is `model` quantized, as training computes them. Outputs that are rounded
/// probabilities go into the loss by their logarithms.
LossAndAccuracy score(const Model& model, const Graph& integer, const Dataset& data, const TrainOptions& options);

}  // namespace thimble
