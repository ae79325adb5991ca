#include "ops/max_pool_2d/max_pool_2d_host.h"

#include "ops/host_pool.h"

namespace thimble {
namespace {

/// As the kernels do it: a maximum that starts from the least output. NaN is never more.
template <typename T>
struct Maximum {
  using Element = T;
  using Sum = T;
  T least, most;

  THIMBLE_INLINE T start() const { return least; }
  THIMBLE_INLINE T add(T max, T value) const { return value > max ? value : max; }
  template <typename Sums>
  THIMBLE_INLINE Sums join(Sums a, Sums b) const {
    return b > a ? b : a;
  }
  THIMBLE_INLINE T finish(T max, int) const { return max > most ? most : max; }
};

}  // namespace

HostFactory max_pool_2d_host(const thimble_max_pool_2d_params& params) {
  return host_pool(params.window, Maximum<std::int8_t>{static_cast<std::int8_t>(params.output_min),
                                                       static_cast<std::int8_t>(params.output_max)});
}

HostFactory max_pool_2d_host(const thimble_max_pool_2d_f32_params& params) {
  return host_pool(params.window, Maximum<float>{params.output_min, params.output_max});
}

}  // namespace thimble
