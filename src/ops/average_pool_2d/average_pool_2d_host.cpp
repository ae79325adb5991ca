#include "ops/average_pool_2d/average_pool_2d_host.h"

#include "ops/host_pool.h"

namespace thimble {
namespace {

/// More elements than this in a window could make a sum of bytes wrap around.
constexpr std::int64_t kMostSummed = 1 << 23;

struct Average {
  using Element = std::int8_t;
  using Sum = std::int32_t;
  std::int32_t least, most;

  THIMBLE_INLINE Sum start() const { return 0; }
  THIMBLE_INLINE Sum add(Sum sum, Element value) const { return sum + value; }
  template <typename Sums>
  THIMBLE_INLINE Sums join(Sums a, Sums b) const {
    return a + b;
  }
  THIMBLE_INLINE Element finish(Sum sum, int count) const {
    const std::int32_t half = sum > 0 ? count / 2 : -(count / 2);
    return static_cast<Element>(thimble_clamp(thimble_wrap_add(sum, half) / count, least, most));
  }
};

struct FloatAverage {
  using Element = float;
  using Sum = float;
  float least, most;

  THIMBLE_INLINE float start() const { return 0.0f; }
  THIMBLE_INLINE float add(float sum, float value) const { return sum + value; }
  template <typename Sums>
  THIMBLE_INLINE Sums join(Sums a, Sums b) const {
    return a + b;
  }
  THIMBLE_INLINE float finish(float sum, int count) const {
    const float average = sum / static_cast<float>(count);
    return average < least ? least : average > most ? most : average;
  }
};

}  // namespace

HostFactory average_pool_2d_host(const thimble_average_pool_2d_params& params) {
  if (std::int64_t{params.window.filter_h} * params.window.filter_w > kMostSummed) return {};
  return host_pool(params.window, Average{params.output_min, params.output_max});
}

HostFactory average_pool_2d_host(const thimble_average_pool_2d_f32_params& params) {
  return host_pool(params.window, FloatAverage{params.output_min, params.output_max});
}

}  // namespace thimble
