#include "passes/channel_ranges.h"

#include <algorithm>
#include <cmath>

#include "ops/window.h"
#include "passes/evaluate.h"

namespace thimble {
namespace {

using Ranges = std::vector<ChannelRange>;

std::size_t at(int i) { return static_cast<std::size_t>(i); }

bool is_activation(const Tensor& tensor) {
  return tensor.type == Type::kInt8 && !tensor.constant() && !tensor.variable && !tensor.shape.empty() &&
         tensor.elements() > 0 && tensor.quantization.scales.size() == 1;
}

/// Nodes that treat each channel by itself, and never give less for more.
bool is_monotonic(const Node& node) {
  constexpr std::string_view kOps[] = {"ADD",  "AVERAGE_POOL_2D", "CONCATENATION", "MAX_POOL_2D", "MEAN",
                                       "RELU", "RELU6",           "RESHAPE"};
  return std::ranges::count(kOps, node.op) > 0;
}

bool plain_weights(const Tensor& weights) {
  return weights.constant() && weights.type == Type::kInt8 && weights.quantization.present() &&
         std::ranges::all_of(weights.quantization.zero_points, [](std::int64_t zero) { return zero == 0; });
}

/// Whether the tap at `offset` of a window that slides over `size` elements ever sees one that is not there.
bool leaves(int offset, int pad, int stride, int output, int size) {
  return offset < pad || (output - 1) * stride - pad + offset >= size;
}

std::vector<bool> padded_taps(const NodeView& node, int height, int width) {
  const thimble_window w = window_of(node.attributes(), node.input(0), height, width, 1);
  std::vector<bool> result;
  for (int i = 0; i < height; ++i) {
    for (int j = 0; j < width; ++j) {
      result.push_back(leaves(i * w.dilation_h, w.pad_top, w.stride_h, w.output_h, w.input_h) ||
                       leaves(j * w.dilation_w, w.pad_left, w.stride_w, w.output_w, w.input_w));
    }
  }
  return result;
}

/// What the sums of all output channels become: the node itself, with no weights but its bias, computes it.
std::vector<std::int8_t> requantized(const WeightedSum& sum, const std::vector<std::int32_t>& sums,
                                     const LowerOptions& options) {
  const bool dense = sum.node->op == "FULLY_CONNECTED";
  const NodeView view(*sum.graph, *sum.node);
  Graph graph;
  const auto add = [&](const Tensor& like, Shape shape, std::shared_ptr<const Bytes> data) {
    Tensor tensor = like;
    tensor.shape = std::move(shape);
    tensor.data = std::move(data);
    return graph.add(std::move(tensor));
  };
  const Shape filter = dense           ? Shape{sum.outputs, 1}
                       : sum.depthwise ? Shape{1, 1, 1, sum.outputs}
                                       : Shape{sum.outputs, 1, 1, 1};
  const Bytes zeros(at(sum.outputs));
  Node node = *sum.node;
  node.inputs = {add(view.input(0), dense ? Shape{1, 1} : Shape{1, 1, 1, 1}, nullptr),
                 add(view.input(1), filter, std::make_shared<const Bytes>(zeros))};
  Tensor bias;
  bias.type = Type::kInt32;
  node.inputs.push_back(add(bias, {sum.outputs}, make_data(sums)));
  node.outputs = {add(view.output(0), dense ? Shape{1, sum.outputs} : Shape{1, 1, 1, sum.outputs}, nullptr)};
  if (!dense) {
    node.attributes.set("padding", std::string("VALID"));
    for (const char* name : {"stride_h", "stride_w", "dilation_h", "dilation_w"}) {
      node.attributes.set(name, std::int64_t{1});
    }
    if (sum.depthwise) node.attributes.set("depth_multiplier", std::int64_t{sum.outputs});
  }
  const std::int8_t nothing = 0;
  const Bytes result =
      evaluate(graph, node, op_of(node).lower(NodeView(graph, node), options), [&](TensorId) { return &nothing; })[0];
  return {result.begin(), result.end()};
}

/// Whether rounding cannot wrap around, so that a larger sum never gives a smaller output.
bool stays_in_range(std::int64_t sum, double factor) {
  const double magnitude = std::fabs(static_cast<double>(sum));
  return magnitude * std::max(1.0, factor) < static_cast<double>(1 << 30);
}

Ranges ranges_of(const WeightedSum& sum, const Ranges& input, const LowerOptions& options) {
  const NodeView view(*sum.graph, *sum.node);
  const int zero_point = view.input(0).zero_point();
  const Quantization& scales = view.input(1).quantization;
  std::vector<std::int32_t> least, most;
  std::vector<bool> known;
  for (int o = 0; o < sum.outputs; ++o) {
    std::int64_t low = sum.bias(o), high = low;
    for (int tap = 0; tap < sum.taps; ++tap) {
      for (int k = 0; k < sum.depth; ++k) {
        const int weight = sum.weight(o, tap, k);
        const ChannelRange& range = input[at(sum.depthwise ? o : k) % input.size()];
        const int a = weight * (range.min - zero_point), b = weight * (range.max - zero_point);
        const bool pads = sum.may_pad[at(tap)];
        low += pads ? std::min({a, b, 0}) : std::min(a, b);
        high += pads ? std::max({a, b, 0}) : std::max(a, b);
      }
    }
    const double scale = scales.per_channel() ? scales.scales[at(o)] : scales.scales[0];
    const double factor =
        static_cast<double>(view.input(0).scale()) * scale / static_cast<double>(view.output(0).scale());
    known.push_back(low == high || (stays_in_range(low, factor) && stays_in_range(high, factor)));
    least.push_back(static_cast<std::int32_t>(low));
    most.push_back(static_cast<std::int32_t>(high));
  }
  const std::vector<std::int8_t> low = requantized(sum, least, options), high = requantized(sum, most, options);
  Ranges result(at(sum.outputs));
  for (std::size_t o = 0; o < result.size(); ++o) {
    if (known[o]) result[o] = {low[o], high[o]};
  }
  return result;
}

/// A monotonic node's ranges are what it makes of the ends of its inputs' ranges.
class Ends {
 public:
  Ends(const Graph& graph, const std::vector<Ranges>& ranges, const Node& node, const LowerOptions& options)
      : graph_(graph), ranges_(ranges), node_(node), calls_(op_of(node).lower(NodeView(graph, node), options)) {}

  Ranges ranges() const {
    const Bytes low = outputs_of([](const ChannelRange& range) { return range.min; });
    const Bytes high = outputs_of([](const ChannelRange& range) { return range.max; });
    const std::size_t channels = at(graph_.tensor(node_.outputs[0]).shape.back());
    Ranges result(channels, {127, -128});
    for (std::size_t i = 0; i < low.size(); ++i) {
      ChannelRange& range = result[i % channels];
      range.min = std::min<int>(range.min, static_cast<std::int8_t>(low[i]));
      range.max = std::max<int>(range.max, static_cast<std::int8_t>(high[i]));
    }
    return result;
  }

 private:
  Bytes outputs_of(int (*end)(const ChannelRange&)) const {
    std::vector<std::pair<TensorId, Bytes>> memory;
    for (const TensorId id : node_.inputs) {
      if (id == kNoTensor || graph_.tensor(id).constant()) continue;
      Bytes bytes(graph_.tensor(id).bytes());
      const Ranges& ranges = ranges_[at(id)];
      for (std::size_t i = 0; i < bytes.size(); ++i)
        bytes[i] = static_cast<std::uint8_t>(end(ranges[i % ranges.size()]));
      memory.emplace_back(id, std::move(bytes));
    }
    return evaluate(graph_, node_, calls_, [&](TensorId id) -> const void* {
      return std::ranges::find(memory, id, &std::pair<TensorId, Bytes>::first)->second.data();
    })[0];
  }

  const Graph& graph_;
  const std::vector<Ranges>& ranges_;
  const Node& node_;
  std::vector<KernelCall> calls_;
};

}  // namespace

int WeightedSum::weight(int output, int tap, int channel) const {
  const auto values = graph->tensor(node->inputs[1]).values<std::int8_t>();
  return values[at(depthwise ? tap * outputs + output : (output * taps + tap) * depth + channel)];
}

std::int64_t WeightedSum::bias(int output) const {
  const bool absent = node->inputs.size() < 3 || node->inputs[2] == kNoTensor;
  return absent ? 0 : graph->tensor(node->inputs[2]).values<std::int32_t>()[at(output)];
}

std::optional<WeightedSum> weighted_sum(const Graph& graph, const Node& node) {
  const bool depthwise = node.op == "DEPTHWISE_CONV_2D", dense = node.op == "FULLY_CONNECTED";
  if (!depthwise && !dense && node.op != "CONV_2D") return {};
  const NodeView view(graph, node);
  const Tensor& weights = view.input(1);
  const bool plain_bias = !view.has_input(2) || (view.input(2).constant() && view.input(2).type == Type::kInt32);
  if (!is_activation(view.input(0)) || !is_activation(view.output(0)) || !plain_weights(weights) || !plain_bias)
    return {};
  WeightedSum sum{&graph, &node, depthwise};
  const int channels = view.input(0).shape.back();
  if (dense) {
    sum.outputs = weights.shape[0], sum.depth = weights.shape[1];
    sum.may_pad = {false};
    return sum.depth % channels == 0 ? std::optional(sum) : std::nullopt;
  }
  sum.outputs = weights.shape[depthwise ? 3 : 0], sum.depth = depthwise ? 1 : weights.shape[3];
  sum.taps = weights.shape[1] * weights.shape[2];
  sum.may_pad = padded_taps(view, weights.shape[1], weights.shape[2]);
  return channels == (depthwise ? sum.outputs : sum.depth) ? std::optional(sum) : std::nullopt;
}

std::vector<std::vector<ChannelRange>> channel_ranges(const Graph& graph, const LowerOptions& options) {
  std::vector<Ranges> ranges(graph.tensors.size());
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (is_activation(graph.tensors[i])) ranges[i].resize(at(graph.tensors[i].shape.back()));
  }
  const auto is_known = [&](TensorId id) {
    return id == kNoTensor || graph.tensor(id).constant() || !ranges[at(id)].empty();
  };
  for (const Node& node : graph.nodes) {
    if (node.outputs.size() != 1 || ranges[at(node.outputs[0])].empty()) continue;
    if (const auto sum = weighted_sum(graph, node)) {
      ranges[at(node.outputs[0])] = ranges_of(*sum, ranges[at(node.inputs[0])], options);
    } else if (is_monotonic(node) && std::ranges::all_of(node.inputs, is_known)) {
      ranges[at(node.outputs[0])] = Ends(graph, ranges, node, options).ranges();
    }
  }
  return ranges;
}

}  // namespace thimble
