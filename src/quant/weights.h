// How weights are brought to a few integers a channel: after training, or in it.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/graph.h"

namespace thimble {

struct QuantizationRule;

enum class WeightForm {
  kInt8,     // [-127, 127]
  kInt4,     // [-7, 7]
  kTernary,  // {-1, 0, 1}, kept as int8
};

Type type_of(WeightForm form);
/// The greatest of the integers.
std::int64_t most_of(WeightForm form);

/// Weights in memory: the channels take turns, with runs of `inner` elements each.
struct WeightLayout {
  std::size_t channels = 1;
  std::size_t inner = 1;

  WeightLayout(const Shape& shape, int axis);
  std::size_t channel(std::size_t i) const { return i / inner % channels; }

  /// Calls run(channel, first, end) for one run after the other.
  template <typename Run>
  void for_runs(std::size_t elements, const Run& run) const {
    std::size_t channel = 0;
    for (std::size_t first = 0; first < elements; first += inner) {
      run(channel, first, first + inner);
      if (++channel == channels) channel = 0;
    }
  }
};

/// The bias that belongs to weights; empty: none.
struct BiasOf {
  std::span<const float> values = {};
  float input_scale = 1.0F;
};

/// Symmetric, one scale an index of `axis`, zero points 0. Integers: the greatest magnitude of a channel becomes
/// most_of(form). Ternary (Li, Zhang, Liu: Ternary weight networks, 2016): what is greater than 0.7 of the mean
/// magnitude becomes 1, and the mean of those is the scale. A scale is never so small that the channel's bias, in
/// steps of input scale * scale, would not fit into 31 bits; of a channel of zeros without bias it is 1.
Quantization choose_weights(std::span<const float> values, const Shape& shape, int axis, WeightForm form,
                            const BiasOf& bias = {});

/// The integers nearest to values / scale, at most `most` in magnitude.
std::vector<std::int8_t> to_integers(std::span<const float> values, const Shape& shape,
                                     const Quantization& quantization, std::int64_t most);

}  // namespace thimble
