#include "ops/host_requant.h"

namespace thimble {

HostRequant::HostRequant(int vectors, int lanes, std::int32_t output_offset, std::int32_t output_min,
                         std::int32_t output_max)
    : lanes(lanes),
      output_offset(output_offset),
      output_min(output_min),
      output_max(output_max),
      rows(static_cast<std::size_t>(vectors) * kRows * static_cast<std::size_t>(lanes) * sizeof(std::int32_t)),
      factors(static_cast<std::size_t>(vectors) * static_cast<std::size_t>(lanes)) {}

void HostRequant::set(int vector, int lane, std::int32_t bias, thimble_requant factor, std::int64_t largest) {
  const bool fits =
      factor.multiplier >= 0 && factor.shift <= 0 && factor.shift >= kLeastShift && largest < kLift && !round_once;
  vectorized = vectorized && fits;
  factors[static_cast<std::size_t>(vector * lanes + lane)] = factor;
  row(vector, kStart)[lane] = thimble_wrap_add(bias, kLift);
  if (!fits) return;
  const std::int64_t multiplier = 2 * std::int64_t{factor.multiplier};
  const std::int64_t half = factor.shift < 0 ? std::int64_t{1} << (-factor.shift - 1) : 0;
  const std::int64_t addend = (std::int64_t{1} << 31) - kLift * multiplier +
                              ((half + std::int64_t{output_offset} * (1 << -factor.shift)) << 32);
  row(vector, kMultiplier)[lane] = static_cast<std::int32_t>(multiplier);
  reinterpret_cast<std::int64_t*>(row(vector, lane % 2 == 0 ? kEvenAddend : kOddAddend))[lane / 2] = addend;
  row(vector, kBound)[lane] = factor.shift < 0 ? kLift : INT32_MIN;
  row(vector, kShift)[lane] = -factor.shift;
}

void HostRequant::finish(int vector, const std::int32_t* sums, int count, std::int8_t* output) const {
  for (int i = 0; i < count; ++i) {
    const thimble_requant& factor = factors[static_cast<std::size_t>(vector * lanes + i)];
    const std::int32_t sum = thimble_wrap_sub(sums[i], kLift);
    const std::int32_t scaled = round_once ? thimble_multiply_once(sum, factor.multiplier, factor.shift)
                                           : thimble_multiply(sum, factor.multiplier, factor.shift);
    output[i] =
        static_cast<std::int8_t>(thimble_clamp(thimble_wrap_add(scaled, output_offset), output_min, output_max));
  }
}

}  // namespace thimble
