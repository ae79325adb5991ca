#include "train/constraints.h"

#include "ops/simd.h"

namespace thimble {

void snap(const ValueGrid& grid, std::span<float> values) {
  const float scale = grid.scale, least = grid.least, most = grid.most, inverse = 1.0F / grid.scale;
  float* value = values.data();
  const std::size_t count = values.size();
  simd([=](auto) THIMBLE_INLINE_LAMBDA {
    for (std::size_t i = 0; i < count; ++i) {
      const float steps = __builtin_floorf(value[i] * inverse + 0.5F);
      value[i] = (steps < least ? least : steps > most ? most : steps) * scale;
    }
  });
}

void stop_at_ends(const ValueGrid& grid, std::span<const float> values, std::span<float> gradient) {
  const float lowest = grid.least * grid.scale, highest = grid.most * grid.scale;
  const float* value = values.data();
  float* slope = gradient.data();
  const std::size_t count = values.size();
  simd([=](auto) THIMBLE_INLINE_LAMBDA {
    for (std::size_t i = 0; i < count; ++i) {
      slope[i] = value[i] > lowest && value[i] < highest ? slope[i] : 0.0F;
    }
  });
}

}  // namespace thimble
