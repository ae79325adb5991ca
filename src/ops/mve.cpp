#include "ops/mve.h"

#include <cstring>

#include "ops/dsp16.h"
#include "ops/host.h"

namespace thimble {
namespace {

bool is_int8(const NodeView& node) {
  return node.input(0).type == Type::kInt8 && node.input(1).type == Type::kInt8 && node.output(0).type == Type::kInt8 &&
         constant_from(node, 1);
}

std::optional<std::vector<MveChannel>> channels_16(const NodeView& node,
                                                   std::span<const std::vector<std::int8_t>> weights,
                                                   const KernelConstant& requants) {
  const auto dsp = dsp16_channels(node, weights, requants);
  if (!dsp) return {};
  std::vector<MveChannel> channels;
  for (std::size_t c = 0; c < weights.size(); ++c) {
    const thimble_dsp16_channel& channel = as<thimble_dsp16_channel>(dsp->data)[c];
    // Without a multiplier the addend is the output, times 2: here that of a bias alone, times 1/8.
    channels.push_back(channel.multiplier == 0 ? MveChannel{4 * channel.addend, 1 << 30, -1}
                                               : MveChannel{channel.bias, channel.multiplier, -channel.shift});
  }
  return channels;
}

}  // namespace
std::optional<MveChannel> mve_factor(const thimble_requant& requant) {
  if (requant.multiplier == 0) return MveChannel{};
  if (requant.shift > -1 || requant.shift < -31) return {};
  return MveChannel{0, requant.multiplier, requant.shift};
}

bool mve_applies(const NodeView& node, const LowerOptions& options) {
  return options.features.mve && (is_int8(node) || is_int16x8(node));
}

std::size_t mve_elements(const NodeView& node) { return node.input(0).type == Type::kInt8 ? 16 : 8; }

std::optional<std::vector<MveChannel>> mve_channels(const NodeView& node,
                                                    std::span<const std::vector<std::int8_t>> weights,
                                                    const KernelConstant& requants) {
  if (node.input(0).type == Type::kInt16) return channels_16(node, weights, requants);
  const int zero_point = node.input(0).zero_point();
  if (!mve_is_byte(zero_point) || !mve_is_byte(node.output(0).zero_point())) return {};
  const auto bias = contents(node, 2);
  const auto* factors = as<thimble_requant>(requants.data);
  const std::size_t factor_step = requants.data->size() == sizeof(thimble_requant) ? 0 : 1;
  std::vector<MveChannel> channels;
  for (std::size_t c = 0; c < weights.size(); ++c) {
    std::int64_t sum = bias ? as<std::int32_t>(bias)[c] : 0;
    for (const std::int8_t weight : weights[c]) sum -= std::int64_t{zero_point} * weight;
    std::optional<MveChannel> channel = mve_factor(factors[c * factor_step]);
    if (!channel) return {};
    channel->bias = static_cast<std::int32_t>(sum);  // may wrap, as sums may
    channels.push_back(*channel);
  }
  return channels;
}

bool mve_exact(const NodeView& node, int output_min) { return output_min < node.output(0).zero_point(); }

void MveBytes::word(std::int32_t value) {
  const std::size_t size = bytes_.size();
  bytes_.resize(size + sizeof(value));
  std::memcpy(bytes_.data() + size, &value, sizeof(value));
}

void MveBytes::words(const std::vector<MveChannel>& channels, std::size_t first, std::int32_t MveChannel::*member) {
  for (std::size_t c = first; c < first + 8; c += 2) word(c < channels.size() ? channels[c].*member : 0);
}

void MveBytes::bytes(std::span<const std::int8_t> weights, std::size_t first, std::size_t count) {
  for (std::size_t i = first; i < first + count; ++i)
    bytes_.push_back(i < weights.size() ? weights[i] : std::int8_t{0});
}

KernelConstant MveBytes::constant(std::string name) const { return {std::move(name), Type::kInt8, make_data(bytes_)}; }

}  // namespace thimble
