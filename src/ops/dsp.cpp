#include "ops/dsp.h"

#include <algorithm>
#include <cmath>

#include "ops/host.h"

namespace thimble {
namespace {

constexpr std::int64_t kLargestSum = std::int64_t{1} << 30;
constexpr int kLargestShift = 22;  // the zero point, shifted by as much, still fits 31 bits

}  // namespace

std::optional<thimble_dsp_channel> dsp_factor(const thimble_requant& requant, int zero_point) {
  const int shift = requant.multiplier == 0 ? 1 : -requant.shift;
  if (shift < 1 || shift > kLargestShift) return {};
  return thimble_dsp_channel{0, requant.multiplier, zero_point * (1 << shift) + (1 << (shift - 1)), shift};
}

bool dsp_applies(const NodeView& node, const LowerOptions& options) {
  return has_dsp_kernels(options) && node.input(0).type == Type::kInt8 && node.input(1).type == Type::kInt8 &&
         node.output(0).type == Type::kInt8 && constant_from(node, 1);
}

bool dsp_pools(const NodeView& node, const thimble_window& window, const LowerOptions& options) {
  const bool fits = window.input_c % 4 == 0 && window.filter_h <= 255 / window.filter_w;
  return has_dsp_kernels(options) && node.input(0).type == Type::kInt8 && fits;
}

FoldedSum folded_sum(const std::vector<std::int8_t>& weights, std::int64_t bias, std::int64_t input_zero_point) {
  FoldedSum sum{bias, 0};
  for (const std::int8_t weight : weights) {
    sum.constant -= input_zero_point * weight;
    sum.magnitude += 128 * std::abs(int{weight});
  }
  return sum;
}

std::optional<KernelConstant> dsp_channels(const NodeView& node, const ChannelWeights& weights,
                                           const KernelConstant& requants) {
  const std::int64_t zero_point = node.input(0).zero_point();
  const int output_zero_point = node.output(0).zero_point();
  if (zero_point < -128 || zero_point > 127 || output_zero_point < -128 || output_zero_point > 127) return {};
  const auto bias = contents(node, 2);
  const auto* factors = as<thimble_requant>(requants.data);
  const std::size_t factor_step = requants.data->size() == sizeof(thimble_requant) ? 0 : 1;
  std::vector<std::int32_t> numbers;
  for (std::size_t c = 0; c < weights.size(); ++c) {
    const auto [sum, magnitude] = folded_sum(weights[c], bias ? as<std::int32_t>(bias)[c] : 0, zero_point);
    if (magnitude == 0 && factor_step > 0) {
      // The same whatever the input, and its own factor may be anything: rounded here.
      const thimble_requant exact = factors[c * factor_step];
      const int value = std::clamp(
          output_zero_point + thimble_multiply(static_cast<std::int32_t>(sum), exact.multiplier, exact.shift), -128,
          127);
      numbers.insert(numbers.end(), {0, 0, value * 2 + 1, 1});
      continue;
    }
    const auto factor = dsp_factor(factors[c * factor_step], output_zero_point);
    if (!factor || std::abs(sum) + magnitude >= kLargestSum) return {};
    numbers.insert(numbers.end(), {static_cast<std::int32_t>(sum), factor->multiplier, factor->addend, factor->shift});
  }
  return KernelConstant{"channels", Type::kInt32, make_data(numbers)};
}

DspChannels split_channels(const KernelConstant& channels, std::size_t count, bool per_channel) {
  const auto* first = as<thimble_dsp_channel>(channels.data);
  std::vector<std::int32_t> bias, factors;
  for (std::size_t c = 0; c < channels.data->size() / sizeof(*first); ++c) {
    bias.push_back(first[c].bias);
    if (c > 0 && !per_channel) continue;
    factors.insert(factors.end(), {0, first[c].multiplier, first[c].addend, first[c].shift});
  }
  bias.resize(count);
  if (per_channel) factors.resize(4 * count);
  return {{"bias", Type::kInt32, make_data(bias)}, {"factors", Type::kInt32, make_data(factors)}};
}

KernelConstant dsp_rows(const ChannelWeights& weights) {
  std::vector<std::int8_t> rows;
  for (const std::vector<std::int8_t>& row : weights) {
    rows.insert(rows.end(), row.begin(), row.end());
    rows.resize((rows.size() + 3) / 4 * 4);
  }
  return {"filter", Type::kInt8, make_data(rows)};
}

}  // namespace thimble
