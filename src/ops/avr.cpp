#include "ops/avr.h"

#include <cmath>

#include "ops/host.h"

namespace thimble {
namespace {

constexpr std::int64_t kLargestSum = std::int64_t{1} << 30;

/// Of bytes, with a zero point that is one, and no more of them than the kernels count.
bool is_plain(const Tensor& tensor) {
  if (tensor.type != Type::kInt8 || tensor.elements() > INT16_MAX) return false;
  return tensor.zero_point() >= -128 && tensor.zero_point() <= 127;
}

}  // namespace

bool avr_applies(const NodeView& node, const LowerOptions& options) {
  return options.features.avr && options.rounding == Rounding::kTflm && node.input(0).type == Type::kInt8 &&
         node.input(1).type == Type::kInt8 && node.output(0).type == Type::kInt8 && constant_from(node, 1);
}

bool avr_takes_bytes(const NodeView& node, const LowerOptions& options) {
  return options.features.avr && is_plain(node.input(0)) && is_plain(node.output(0));
}

std::optional<thimble_avr_pairs> avr_pairs(const NodeView& node, const LowerOptions& options) {
  if (!avr_takes_bytes(node, options) || !is_plain(node.input(1))) return {};
  std::vector<BroadcastLoop> loops = broadcast_loops({node.input(0).shape, node.input(1).shape}, node.output(0).shape);
  while (loops.size() < 2) loops.insert(loops.begin(), {1, {0, 0}});
  if (loops.size() > 2) return {};
  const auto turn = [&](std::size_t operand) {
    return loops[0].size == 1 ? 0 : loops[0].steps[operand] - loops[1].size * loops[1].steps[operand];
  };
  return thimble_avr_pairs{loops[0].size, loops[1].size, loops[1].steps[0], loops[1].steps[1], turn(0), turn(1)};
}

std::optional<KernelConstant> avr_channels(const NodeView& node, const ChannelWeights& weights,
                                           const KernelConstant& requants) {
  const std::int64_t zero_point = node.input(0).zero_point();
  const auto bias = contents(node, 2);
  const auto* factors = as<thimble_requant>(requants.data);
  const std::size_t factor_step = requants.data->size() == sizeof(thimble_requant) ? 0 : 1;
  std::vector<std::int32_t> numbers;
  for (std::size_t c = 0; c < weights.size(); ++c) {
    const auto [sum, magnitude] = folded_sum(weights[c], bias ? as<std::int32_t>(bias)[c] : 0, zero_point);
    const thimble_requant& factor = factors[c * factor_step];
    if (factor.shift > 0 || factor.multiplier < 0 || std::abs(sum) + magnitude >= kLargestSum) return {};
    numbers.insert(numbers.end(), {static_cast<std::int32_t>(sum), factor.multiplier, -factor.shift});
  }
  return KernelConstant{"channels", Type::kInt32, make_data(numbers)};
}

KernelConstant avr_rows(const ChannelWeights& weights) {
  std::vector<std::int8_t> rows;
  for (const std::vector<std::int8_t>& row : weights) rows.insert(rows.end(), row.begin(), row.end());
  return {"filter", Type::kInt8, make_data(rows)};
}

}  // namespace thimble
