#include "ops/packing.h"

#include <algorithm>
#include <bit>

#include "kernel/packed_conv.h"
#include "ops/channel_layer.h"
#include "ops/shared_codes.h"

THIMBLE_PARAMS(thimble_packed_conv_params, window, depthwise, input_offset, output_offset, output_min, output_max,
               bias_bits, multiplier_bits, shift_bits, bias, multiplier, shift)

namespace thimble {
namespace {

constexpr int kLookAhead = 16;  // bits that the kernel reads at least

/// Numbers as a least one and the bits of how much more they are.
struct Packed {
  std::int32_t least;
  int bits;

  explicit Packed(const std::vector<std::int32_t>& numbers) {
    const auto [min, max] = std::ranges::minmax(numbers);
    least = min;
    bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(std::int64_t{max} - min)));
  }
  void write(std::int32_t number, BitWriter& writer) const {
    writer.write(static_cast<std::uint64_t>(std::int64_t{number} - least), bits);
  }
};

/// What there is beside the weights for each channel.
struct Header {
  Packed bias, multiplier, shift;

  explicit Header(const ChannelLayer& layer)
      : bias(layer.bias),
        multiplier(factors(layer, &thimble_requant::multiplier)),
        shift(factors(layer, &thimble_requant::shift)) {}
  std::uint64_t bits() const { return static_cast<std::uint64_t>(bias.bits + multiplier.bits + shift.bits); }

 private:
  static std::vector<std::int32_t> factors(const ChannelLayer& layer, std::int32_t thimble_requant::*member) {
    std::vector<std::int32_t> numbers;
    for (const thimble_requant& requant : layer.requant) numbers.push_back(requant.*member);
    return numbers;
  }
};

Bytes stream_of(const ChannelLayer& layer, const Header& header, const WeightCode& code) {
  BitWriter writer;
  for (std::size_t c = 0; c < layer.weights.size(); ++c) {
    header.bias.write(layer.bias[c], writer);
    header.multiplier.write(layer.requant[c].multiplier, writer);
    header.shift.write(layer.requant[c].shift, writer);
    for (const std::int8_t weight : layer.weights[c]) code.write(weight, writer);
  }
  return writer.finish(kLookAhead);
}

std::optional<ChannelLayer> layer_of(const NodeView& node, const LowerOptions& options) {
  const Op& op = op_of(node.node());
  std::optional<ChannelLayer> layer = op.channel_layer ? op.channel_layer(node, options) : std::nullopt;
  if (!layer) return {};
  const thimble_window& w = layer->window;
  return w.batches == 1 && w.dilation_h == 1 && w.dilation_w == 1 ? std::move(layer) : std::nullopt;
}

}  // namespace

std::size_t decoder_bytes(const LowerOptions& options) { return options.features.avr ? 2200 : 350; }

Packing choose_packing(const Graph& graph, const LowerOptions& options, PackedLayers which) {
  std::vector<TensorId> ids;
  std::vector<Packable> layers;
  for (const Node& node : graph.nodes) {
    const auto layer = layer_of(NodeView(graph, node), options);
    if (!layer || std::ranges::count(ids, node.inputs[1]) > 0) continue;
    if (which == PackedLayers::kOnePixel && layer->window.output_h * layer->window.output_w > 1) continue;
    Packable packable{{}, Header(*layer).bits() * layer->weights.size(), layer->plain_bytes};
    for (const std::vector<std::int8_t>& channel : layer->weights) packable.counts.add(channel);
    ids.push_back(node.inputs[1]);
    layers.push_back(packable);
  }
  Packing packing;
  for (const SharedCode& shared : share_codes(layers)) {
    for (const std::size_t member : shared.members) packing.codes[ids[member]] = shared.code;
    packing.plain_bytes += shared.plain_bytes;
    packing.packed_bytes += shared.packed_bytes;
  }
  return packing.plain_bytes - packing.packed_bytes > decoder_bytes(options) ? packing : Packing();
}

std::optional<KernelCall> packed_call(const NodeView& node, const LowerOptions& options) {
  if (!options.packing || node.input_count() < 2) return {};
  const auto code = options.packing->codes.find(node.input_id(1));
  if (code == options.packing->codes.end()) return {};
  const std::optional<ChannelLayer> layer = layer_of(node, options);
  if (!layer) return {};
  const Header header(*layer);
  const thimble_packed_conv_params params = {layer->window,        layer->depthwise,        layer->input_offset,
                                             layer->output_offset, layer->range.min,        layer->range.max,
                                             header.bias.bits,     header.multiplier.bits,  header.shift.bits,
                                             header.bias.least,    header.multiplier.least, header.shift.least};
  KernelCall call = kernel_call(
      "thimble_packed_conv_s8", "kernel/packed_conv", &thimble_packed_conv_s8, params,
      {in(node.input_id(0)), in_flash(constant(0)), in_flash(constant(1)), scratch(), out(node.output_id(0))});
  call.constants = {{"packed", Type::kUint8, std::make_shared<const Bytes>(stream_of(*layer, header, *code->second))},
                    {"code", Type::kUint8, std::make_shared<const Bytes>(code->second->table())}};
  call.scratch_bytes = layer->weights[0].size();
  return call;
}

}  // namespace thimble
