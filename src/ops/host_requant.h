// The change of scale of 32-bit sums, as vectors do it.
#pragma once

#include <cstdint>
#include <vector>

#include "kernel/fixed_point.h"
#include "ops/aligned_bytes.h"

namespace thimble {

/// The constants of channels in whole vectors, in the order in which a body has its sums: `vectors` times kRows rows of
/// `lanes` numbers of 32 bits. Sums start from row kStart, which is the bias and kLift, so that they are never
/// negative: vectors multiply unsigned numbers. For x = sum - kLift, thimble_multiply(x, multiplier, shift) +
/// output_offset is
///   (high(sum * 2 multiplier + addend) - (sum < bound)) >> -shift
/// where high() is the upper half of 64 bits, and the addend takes kLift back, rounds twice and has the offset in it.
/// That is exact while the multiplier is not negative, the shift in [kLeastShift, 0] and |x| < kLift; `factors` are for
/// what is not.
struct HostRequant {
  /// Products of even and odd lanes are apart, so their addends of 64 bits are, too.
  enum Row { kStart, kMultiplier, kEvenAddend, kOddAddend, kBound, kShift, kRows };
  static constexpr std::int32_t kLift = 1 << 30;
  static constexpr int kLeastShift = -20;

  int lanes = 0;
  bool vectorized = true;
  bool round_once = false;
  std::int32_t output_offset = 0, output_min = 0, output_max = 0;
  AlignedBytes rows;                     // std::int32_t
  std::vector<thimble_requant> factors;  // by vector and lane, for sums that are not vectorized

  HostRequant() = default;
  HostRequant(int vectors, int lanes, std::int32_t output_offset, std::int32_t output_min, std::int32_t output_max);

  std::int32_t* row(int vector, Row row) const { return rows.as<std::int32_t>() + (vector * kRows + row) * lanes; }

  /// Sets a channel; `largest` is the most that its sum can be, bias included.
  void set(int vector, int lane, std::int32_t bias, thimble_requant factor, std::int64_t largest);

  /// The portable way, for `count` sums of a vector.
  void finish(int vector, const std::int32_t* sums, int count, std::int8_t* output) const;
};

}  // namespace thimble
