// What training for the chip came to, put back into the model that it began with.
#pragma once

#include "ir/layer.h"

namespace thimble {

/// Gives `model` the weights of `chip`, which is its graph simplified and trained on, so that it simplifies to `chip`
/// again: where batch normalization was folded, it becomes the identity plus the bias. False, and nothing is done, when
/// a layer with weights has not stayed one node.
bool write_back(Model& model, const Graph& chip);

}  // namespace thimble
