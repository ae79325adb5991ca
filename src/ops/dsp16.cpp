#include "ops/dsp16.h"

#include <cmath>

#include "ops/host.h"

namespace thimble {
namespace {

/// The factor as thimble_multiply_64 reduces it, with bias 0; none if it is 0.25 or more.
std::optional<thimble_dsp16_channel> factor_of(const thimble_requant& requant) {
  const std::int32_t reduced =
      requant.multiplier < 0x7FFF0000 ? (requant.multiplier + (INT32_C(1) << 15)) >> 16 : 0x7FFF;
  const int shift = requant.multiplier == 0 ? 1 : -1 - requant.shift;
  if (shift < 1) return {};
  return thimble_dsp16_channel{0, reduced * (1 << 16), 1 << (shift - 1), shift};
}

}  // namespace

bool is_int16x8(const NodeView& node) {
  const bool has_wide_bias = !node.has_input(2) || node.input(2).type == Type::kInt64;
  return node.input(0).type == Type::kInt16 && node.input(1).type == Type::kInt8 &&
         node.output(0).type == Type::kInt16 && has_wide_bias && constant_from(node, 1) &&
         node.input(0).zero_point() == 0 && node.output(0).zero_point() == 0;
}

std::optional<KernelConstant> dsp16_channels(const NodeView& node, std::span<const std::vector<std::int8_t>> weights,
                                             const KernelConstant& requants) {
  constexpr std::int64_t kLargestSum = INT32_MAX;
  const auto bias = contents(node, 2);
  const auto* factors = as<thimble_requant>(requants.data);
  const std::size_t factor_step = requants.data->size() == sizeof(thimble_requant) ? 0 : 1;
  std::vector<std::int32_t> numbers;
  for (std::size_t c = 0; c < weights.size(); ++c) {
    const thimble_requant exact = factors[c * factor_step];
    const std::int64_t start = bias ? as<std::int64_t>(bias)[c] : 0;
    const std::int64_t magnitude = 256 * folded_sum(weights[c], start, 0).magnitude;  // of inputs up to 2^15, not 2^7
    if (magnitude == 0 && factor_step > 0) {
      // The same whatever the input, and its own factor and bias may be anything: rounded here.
      const std::int32_t value = thimble_multiply_64(start, exact.multiplier, exact.shift);
      numbers.insert(numbers.end(), {0, 0, 2 * thimble_clamp(value, INT16_MIN, INT16_MAX), 1});
      continue;
    }
    const auto factor = factor_of(exact);
    const bool fits = start <= kLargestSum - magnitude && start >= magnitude - kLargestSum;
    if (!factor || magnitude > kLargestSum || !fits) return {};
    numbers.insert(numbers.end(),
                   {static_cast<std::int32_t>(start), factor->multiplier, factor->addend, factor->shift});
  }
  return KernelConstant{"channels", Type::kInt32, make_data(numbers)};
}

KernelConstant dsp16_rows(const ChannelWeights& weights) {
  KernelConstant rows = dsp_rows(weights);
  Bytes bytes = *rows.data;
  for (std::size_t i = 0; i < bytes.size(); i += 4) std::swap(bytes[i + 1], bytes[i + 2]);
  rows.data = std::make_shared<const Bytes>(std::move(bytes));
  return rows;
}

}  // namespace thimble
