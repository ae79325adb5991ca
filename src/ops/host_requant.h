// The change of scale of 32-bit sums, as vectors do it.
#pragma once

#include <cstdint>
#include <vector>

#include "kernel/fixed_point.h"
#include "ops/aligned_bytes.h"

namespace thimble {

/// The constants of channels in whole vectors, in the order in which a body has its sums: `vectors` times kRows rows of
/// `lanes` numbers. Vectors compute thimble_multiply as
///   (high_mul(sum, multiplier) + half - (sum < bound)) >> shift
/// with half = 2^(shift - 1), and bound = 0 unless nothing is shifted. That is exact while multipliers are not
/// negative, no shift is to the left and |sum| < 2^30; `exact` is what thimble_multiply itself needs otherwise.
struct HostRequant {
  enum Row { kBias, kMultiplier, kBound, kHalf, kShift, kRows };

  int lanes = 0;
  bool vectorized = true;
  bool round_once = false;
  std::int32_t output_offset = 0, output_min = 0, output_max = 0;
  AlignedBytes rows;                     // std::int32_t
  std::vector<thimble_requant> factors;  // by vector and lane, for sums that are not vectorized

  HostRequant() = default;
  HostRequant(int vectors, int lanes);

  std::int32_t* row(int vector, Row row) const { return rows.as<std::int32_t>() + (vector * kRows + row) * lanes; }

  /// Sets a channel; `largest` is the most that its sum can be, bias included.
  void set(int vector, int lane, std::int32_t bias, thimble_requant factor, std::int64_t largest);

  /// The portable way, for `count` sums of a vector.
  void finish(int vector, const std::int32_t* sums, int count, std::int8_t* output) const;
};

}  // namespace thimble
