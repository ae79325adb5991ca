#include "ops/channel_layer.h"

#include "ops/host.h"

namespace thimble {

ChannelLayer channel_layer(const NodeView& node, const thimble_window& window, ChannelWeights weights,
                           const KernelConstant& requant, const IntRange& range) {
  ChannelLayer layer;
  layer.window = window;
  layer.input_offset = -node.input(0).zero_point();
  layer.output_offset = node.output(0).zero_point();
  layer.range = range;
  layer.plain_bytes = node.input(1).bytes() + requant.data->size();
  const auto bias = contents(node, 2);
  if (bias) layer.plain_bytes += bias->size();
  const auto* factors = as<thimble_requant>(requant.data);
  const std::size_t step = requant.data->size() == sizeof(thimble_requant) ? 0 : 1;
  for (std::size_t c = 0; c < weights.size(); ++c) {
    layer.bias.push_back(bias ? as<std::int32_t>(bias)[c] : 0);
    layer.requant.push_back(factors[c * step]);
  }
  layer.weights = std::move(weights);
  return layer;
}

ChannelWeights weights_by_row(const NodeView& node) {
  const std::span<const std::int8_t> values = node.input(1).values<std::int8_t>();
  const auto channels = static_cast<std::size_t>(node.input(1).shape[0]);
  const std::size_t size = values.size() / channels;
  ChannelWeights weights;
  for (std::size_t c = 0; c < channels; ++c) {
    const auto row = values.subspan(c * size, size);
    weights.emplace_back(row.begin(), row.end());
  }
  return weights;
}

bool may_be_packed(const NodeView& node) {
  return node.input(0).type == Type::kInt8 && node.input(1).type == Type::kInt8 && node.output(0).type == Type::kInt8 &&
         constant_from(node, 1) && node.input(1).elements() > 0;
}

}  // namespace thimble
