#include "train/loss.h"

#include <algorithm>
#include <cmath>

namespace thimble {

LossSums sparse_categorical_crossentropy(std::span<const std::int32_t> labels, int classes, const float* logits,
                                         float factor, float* gradient) {
  LossSums sums;
  for (const std::int32_t label : labels) {
    const float* greatest = std::max_element(logits, logits + classes);
    float total = 0.0f;
    for (int i = 0; i < classes; ++i) total += std::exp(logits[i] - *greatest);
    sums.loss += static_cast<double>(std::log(total) - (logits[label] - *greatest));
    sums.correct += greatest - logits == label ? 1 : 0;
    if (gradient) {
      const float share = factor / total;
      for (int i = 0; i < classes; ++i) gradient[i] = std::exp(logits[i] - *greatest) * share;
      gradient[label] -= factor;
      gradient += classes;
    }
    logits += classes;
  }
  return sums;
}

LossSums mean_squared_error(int samples, int size, const float* outputs, const float* targets, float factor,
                            float* gradient) {
  LossSums sums;
  const float slope = 2.0f * factor / static_cast<float>(size);
  for (int s = 0; s < samples; ++s) {
    double total = 0.0;
    for (int i = 0; i < size; ++i, ++outputs, ++targets) {
      const float difference = *outputs - *targets;
      total += static_cast<double>(difference) * static_cast<double>(difference);
      if (gradient) *gradient++ = slope * difference;
    }
    sums.loss += total / size;
  }
  return sums;
}

}  // namespace thimble
