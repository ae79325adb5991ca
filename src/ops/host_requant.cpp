#include "ops/host_requant.h"

namespace thimble {

HostRequant::HostRequant(int vectors, int lanes)
    : lanes(lanes),
      rows(static_cast<std::size_t>(vectors) * kRows * static_cast<std::size_t>(lanes) * sizeof(std::int32_t)),
      factors(static_cast<std::size_t>(vectors) * static_cast<std::size_t>(lanes)) {}

void HostRequant::set(int vector, int lane, std::int32_t bias, thimble_requant factor, std::int64_t largest) {
  const bool fits = factor.multiplier >= 0 && factor.shift <= 0 && factor.shift >= -31 && largest < (1 << 30);
  vectorized = vectorized && fits && !round_once;
  factors[static_cast<std::size_t>(vector * lanes + lane)] = factor;
  row(vector, kBias)[lane] = bias;
  row(vector, kMultiplier)[lane] = factor.multiplier;
  row(vector, kBound)[lane] = factor.shift < 0 ? 0 : INT32_MIN;
  row(vector, kHalf)[lane] = factor.shift < 0 ? std::int32_t{1} << (-factor.shift - 1) : 0;
  row(vector, kShift)[lane] = -factor.shift;
}

void HostRequant::finish(int vector, const std::int32_t* sums, int count, std::int8_t* output) const {
  for (int i = 0; i < count; ++i) {
    const thimble_requant& factor = factors[static_cast<std::size_t>(vector * lanes + i)];
    const std::int32_t scaled = round_once ? thimble_multiply_once(sums[i], factor.multiplier, factor.shift)
                                           : thimble_multiply(sums[i], factor.multiplier, factor.shift);
    output[i] =
        static_cast<std::int8_t>(thimble_clamp(thimble_wrap_add(scaled, output_offset), output_min, output_max));
  }
}

}  // namespace thimble
