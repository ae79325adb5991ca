// What a model is to become so that it fits a chip.
#pragma once

#include "quant/quantize.h"
#include "quant/weights.h"

namespace thimble {

struct Compression {
  int epochs = 0;               // of training under the constraints below; 0: no compression
  float learning_rate = 1e-3F;  // in the first of them; it falls to 0 along a cosine
  Scheme scheme = Scheme::kInt8;
  WeightForm weights = WeightForm::kInt8;
  /// The part of each layer's weights that become 0: the smallest. It is reached half way through the epochs (Zhu,
  /// Gupta: To prune, or not to prune, 2017).
  float sparsity = 0.0F;
  /// Whole filters, or units, by their norm, but not those of the model's output.
  bool structured = false;
  int clusters = 0;               // so many different integers in each layer's weights; 0: any
  int calibration_samples = 500;  // training samples that give the activations' ranges, before each epoch
};

/// The part of the weights that are 0 in epoch `epoch`, from 0, of so many.
float sparsity_in(const Compression& compression, int epoch);

}  // namespace thimble
