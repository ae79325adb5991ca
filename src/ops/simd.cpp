#include "ops/simd.h"

namespace thimble {
namespace {

SimdLevel best_level() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")) {
    return __builtin_cpu_supports("avx512vnni") ? SimdLevel::kAvx512Vnni : SimdLevel::kAvx512;
  }
  if (avx2) return SimdLevel::kAvx2;
#endif
  return SimdLevel::kPortable;
}

SimdLevel& level() {
  static SimdLevel value = best_level();
  return value;
}

}  // namespace

SimdLevel simd_level() { return level(); }

bool set_simd_level(SimdLevel wanted) {
  if (wanted > best_level()) return false;
  level() = wanted;
  return true;
}

}  // namespace thimble
