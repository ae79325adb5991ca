#include "ops/packing.h"

#include <algorithm>
#include <bit>

#include "kernel/packed_conv.h"
#include "ops/channel_layer.h"

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

/// A layer that may be packed.
struct Candidate {
  TensorId weights;
  WeightCounts counts;
  std::uint64_t header_bits;
  std::size_t plain_bytes;
};

/// Layers that share a code.
struct Group {
  std::vector<const Candidate*> layers;
  WeightCounts counts;
  std::size_t bytes = 0;  // of streams and table

  explicit Group(std::vector<const Candidate*> members) : layers(std::move(members)) {
    for (const Candidate* layer : layers) counts += layer->counts;
    const WeightCode code(counts);
    bytes = code.table().size();
    for (const Candidate* layer : layers) bytes += stream_bytes(*layer, code);
  }
  static std::size_t stream_bytes(const Candidate& layer, const WeightCode& code) {
    return (layer.header_bits + code.bits(layer.counts) + 7) / 8;
  }
};

Group joined(const Group& a, const Group& b) {
  std::vector<const Candidate*> layers = a.layers;
  layers.insert(layers.end(), b.layers.begin(), b.layers.end());
  return Group(std::move(layers));
}

/// Joins the two groups that gain most by it, again and again.
void join(std::vector<Group>& groups) {
  // gains[i][k]: what joining groups i and k < i saves.
  const auto gain = [&](std::size_t i, std::size_t k) {
    return static_cast<std::ptrdiff_t>(groups[i].bytes + groups[k].bytes) -
           static_cast<std::ptrdiff_t>(joined(groups[i], groups[k]).bytes);
  };
  std::vector<std::vector<std::ptrdiff_t>> gains(groups.size());
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) gains[i].push_back(gain(i, k));
  }
  for (;;) {
    std::ptrdiff_t best = 0;
    std::size_t first = 0, second = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) {
        if (gains[i][k] <= best) continue;
        best = gains[i][k];
        first = k;
        second = i;
      }
    }
    if (best == 0) return;
    groups[first] = joined(groups[first], groups[second]);
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(second));
    gains.erase(gains.begin() + static_cast<std::ptrdiff_t>(second));
    for (std::size_t i = second; i < gains.size(); ++i) {
      gains[i].erase(gains[i].begin() + static_cast<std::ptrdiff_t>(second));
    }
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (i != first) gains[std::max(i, first)][std::min(i, first)] = gain(i, first);
    }
  }
}

std::vector<Candidate> candidates_of(const Graph& graph, const LowerOptions& options) {
  std::vector<Candidate> candidates;
  for (const Node& node : graph.nodes) {
    const auto layer = layer_of(NodeView(graph, node), options);
    const auto is_same = [&](const Candidate& other) { return other.weights == node.inputs[1]; };
    if (!layer || std::ranges::any_of(candidates, is_same)) continue;
    Candidate candidate{node.inputs[1], {}, Header(*layer).bits() * layer->weights.size(), layer->plain_bytes};
    for (const std::vector<std::int8_t>& channel : layer->weights) candidate.counts.add(channel);
    candidates.push_back(candidate);
  }
  return candidates;
}

}  // namespace

Packing choose_packing(const Graph& graph, const LowerOptions& options) {
  const std::vector<Candidate> candidates = candidates_of(graph, options);
  std::vector<Group> groups;
  for (const Candidate& candidate : candidates) groups.emplace_back(std::vector{&candidate});
  join(groups);
  Packing packing;
  for (const Group& group : groups) {
    std::size_t plain_bytes = 0;
    for (const Candidate* layer : group.layers) plain_bytes += layer->plain_bytes;
    if (group.bytes >= plain_bytes) continue;
    const auto code = std::make_shared<const WeightCode>(group.counts);
    for (const Candidate* layer : group.layers) packing.codes[layer->weights] = code;
    packing.plain_bytes += plain_bytes;
    packing.packed_bytes += group.bytes;
  }
  return packing;
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
  KernelCall call = kernel_call("thimble_packed_conv_s8", "kernel/packed_conv", &thimble_packed_conv_s8, params,
                                {in(node.input_id(0)), constant(0), constant(1), scratch(), out(node.output_id(0))});
  call.constants = {{"packed", Type::kUint8, std::make_shared<const Bytes>(stream_of(*layer, header, *code->second))},
                    {"code", Type::kUint8, std::make_shared<const Bytes>(code->second->table())}};
  call.scratch_bytes = layer->weights[0].size();
  call.in_flash = options.features.avr;
  return call;
}

}  // namespace thimble
