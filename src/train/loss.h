// What training makes small. Keras's losses, averaged over the samples of a batch.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace thimble {

enum class Loss {
  kSparseCategoricalCrossentropy,  // of logits, by integer labels
  kMeanSquaredError,               // of the outputs, by the label as a number, or by the input itself (autoencoder)
};

/// Sums over samples: of their losses, and of how many have their greatest output at their label.
struct LossSums {
  double loss = 0.0;
  std::int64_t correct = 0;

  void add(const LossSums& other) {
    loss += other.loss;
    correct += other.correct;
  }
};

/// -log softmax(logits)[label], for rows of `logits` [labels.size()][classes], and its gradient times `factor`.
/// gradient may be null.
LossSums sparse_categorical_crossentropy(std::span<const std::int32_t> labels, int classes, const float* logits,
                                         float factor, float* gradient);

/// The mean over a sample's `size` outputs of (output - target)^2, and its gradient times `factor`. gradient may be
/// null.
LossSums mean_squared_error(int samples, int size, const float* outputs, const float* targets, float factor,
                            float* gradient);

}  // namespace thimble
