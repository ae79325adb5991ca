#include <algorithm>
#include <bit>
#include <map>
#include <numeric>

#include "passes/channel_ranges.h"
#include "passes/passes.h"

namespace thimble {
namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

/// Tensors whose channels can only be taken out together: layers between them treat each channel by itself. The last
/// dimension of a tensor holds all channels once, or several times one after the other.
struct Space {
  std::vector<TensorId> tensors;
  std::vector<int> makers, readers, inside;  // nodes: sums that make channels, that read them, and layers between
  int channels = 0;
  bool fixed = false;  // something else makes or reads them, too
};

/// What becomes of a channel: it stays, its constant goes into the bias of all readers, or its weights are added to
/// those of an equal channel.
constexpr int kStays = -1, kConstant = -2;

bool keeps_channels(const Graph& graph, const Node& node) {
  constexpr std::string_view kOps[] = {"ADD", "AVERAGE_POOL_2D", "MAX_POOL_2D", "MEAN", "RELU", "RELU6"};
  const Tensor& output = graph.tensor(node.outputs[0]);
  if (output.shape.empty()) return false;
  const int channels = output.shape.back();
  const auto alike = [&](TensorId id) {
    return id != kNoTensor && !graph.tensor(id).shape.empty() && graph.tensor(id).shape.back() == channels;
  };
  if (node.op == "ADD") {
    return std::ranges::all_of(node.inputs, [&](TensorId id) {
      return id != kNoTensor && !graph.tensor(id).constant() && graph.tensor(id).shape == output.shape;
    });
  }
  if (node.op == "MEAN") {
    // The last dimension is none of those that it takes the mean over.
    const Tensor& input = graph.tensor(node.inputs[0]);
    const int last = static_cast<int>(input.shape.size()) - 1;
    const auto is_last = [&](int axis) { return axis == last || axis == -1; };
    if (node.inputs.size() < 2 || !graph.tensor(node.inputs[1]).constant()) return false;
    return std::ranges::none_of(integers_of(graph.tensor(node.inputs[1])), is_last) && alike(node.inputs[0]);
  }
  if (node.op == "RESHAPE") {
    const Tensor& input = graph.tensor(node.inputs[0]);
    return !input.shape.empty() && input.shape.back() > 0 && channels % input.shape.back() == 0 && channels > 0;
  }
  return std::ranges::count(kOps, node.op) > 0 && alike(node.inputs[0]);
}

class Spaces {
 public:
  explicit Spaces(const Graph& graph, const std::vector<std::vector<ChannelRange>>& ranges)
      : graph_(graph), parent_(graph.tensors.size()) {
    std::iota(parent_.begin(), parent_.end(), 0);
    for (const Node& node : graph.nodes) {
      if (!is_inside(node)) continue;
      for (const TensorId id : activations(node)) join(id, node.outputs[0]);
    }
    for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
      const auto id = static_cast<TensorId>(i);
      if (graph.tensors[i].constant()) continue;
      Space& space = spaces_[root(id)];
      space.tensors.push_back(id);
      if (ranges[i].empty()) {
        space.fixed = true;
      } else {
        const int count = graph.tensors[i].shape.back();
        space.channels = space.channels == 0 ? count : std::min(space.channels, count);
      }
    }
    for (const TensorId id : graph.inputs) fix(id);
    for (const TensorId id : graph.outputs) fix(id);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) enter(static_cast<int>(i));
  }

  /// From the end of the graph to its start.
  std::vector<Space> take() {
    std::vector<Space> result;
    for (const auto& entry : spaces_) {
      const Space& space = entry.second;
      const auto fits = [&](TensorId tensor) { return graph_.tensor(tensor).shape.back() % space.channels == 0; };
      if (!space.fixed && space.channels > 1 && std::ranges::all_of(space.tensors, fits)) result.push_back(space);
    }
    std::ranges::sort(result, [](const Space& a, const Space& b) { return a.tensors.back() > b.tensors.back(); });
    return result;
  }

 private:
  bool is_inside(const Node& node) const {
    const auto sum = weighted_sum(graph_, node);
    return sum ? sum->depthwise : node.outputs.size() == 1 && keeps_channels(graph_, node);
  }
  std::vector<TensorId> activations(const Node& node) const {
    std::vector<TensorId> result;
    for (const TensorId id : node.inputs) {
      if (id != kNoTensor && !graph_.tensor(id).constant()) result.push_back(id);
    }
    return result;
  }
  TensorId root(TensorId id) {
    while (parent_[at(id)] != id) id = parent_[at(id)] = parent_[at(parent_[at(id)])];
    return id;
  }
  void join(TensorId a, TensorId b) { parent_[at(root(a))] = root(b); }
  void fix(TensorId id) {
    if (!graph_.tensor(id).constant()) spaces_[root(id)].fixed = true;
  }
  void enter(int index) {
    const Node& node = graph_.nodes[at(index)];
    if (is_inside(node)) {
      spaces_[root(node.outputs[0])].inside.push_back(index);
    } else if (weighted_sum(graph_, node)) {
      spaces_[root(node.inputs[0])].readers.push_back(index);
      spaces_[root(node.outputs[0])].makers.push_back(index);
    } else {
      for (const TensorId id : activations(node)) fix(id);
      for (const TensorId id : node.outputs) fix(id);
    }
  }

  const Graph& graph_;
  std::vector<TensorId> parent_;
  std::map<TensorId, Space> spaces_;
};

/// Decides on the channels of a space.
class Choice {
 public:
  Choice(const Graph& graph, const std::vector<std::vector<ChannelRange>>& ranges, const Space& space)
      : graph_(graph), ranges_(ranges), space_(space), fate_(at(space.channels), kStays) {
    for (int c = 0; c < space.channels; ++c) {
      if (is_constant(c)) fate_[at(c)] = kConstant;
    }
    join_equals();
    // A layer needs a channel; two, since a dense layer with one factor alone would round it otherwise.
    for (int c = 0; c < 2 && std::ranges::count(fate_, kStays) < 2; ++c) fate_[at(c)] = kStays;
  }
  std::vector<int> take() { return std::move(fate_); }

 private:
  /// Whether the bias of every reader can take the channel's part.
  bool is_constant(int channel) const {
    return std::ranges::all_of(space_.readers, [&](int reader) {
      const WeightedSum sum = *weighted_sum(graph_, graph_.nodes[at(reader)]);
      const TensorId input = sum.node->inputs[0];
      const std::vector<ChannelRange>& ranges = ranges_[at(input)];
      for (int k = channel; k < sum.depth; k += space_.channels) {
        const ChannelRange range = ranges[at(k) % ranges.size()];
        const bool is_zero = range.constant() && range.min == graph_.tensor(input).zero_point();
        for (int tap = 0; tap < sum.taps && !is_zero; ++tap) {
          if (range.constant() && !sum.may_pad[at(tap)]) continue;
          for (int o = 0; o < sum.outputs; ++o) {
            if (sum.weight(o, tap, k) != 0) return false;
          }
        }
      }
      return true;
    });
  }

  /// All numbers that the channel's values depend on, but for those that all channels share.
  std::vector<std::int64_t> signature(int channel) const {
    std::vector<std::int64_t> numbers;
    const auto add = [&](int index, bool depthwise) {
      const WeightedSum sum = *weighted_sum(graph_, graph_.nodes[at(index)]);
      for (int tap = 0; tap < sum.taps; ++tap) {
        for (int k = 0; k < (depthwise ? 1 : sum.depth); ++k) numbers.push_back(sum.weight(channel, tap, k));
      }
      numbers.push_back(sum.bias(channel));
      const auto& scales = graph_.tensor(sum.node->inputs[1]).quantization.scales;
      float scale = scales[scales.size() > 1 ? at(channel) : 0];
      numbers.push_back(std::bit_cast<std::int32_t>(scale));
    };
    for (const int maker : space_.makers) add(maker, false);
    for (const int index : space_.inside) {
      if (weighted_sum(graph_, graph_.nodes[at(index)])) add(index, true);
    }
    return numbers;
  }

  void join_equals() {
    if (!std::ranges::all_of(space_.makers, [&](int maker) {
          return weighted_sum(graph_, graph_.nodes[at(maker)])->outputs == space_.channels;
        })) {
      return;
    }
    std::map<std::vector<std::int64_t>, int> first;
    for (int c = 0; c < space_.channels; ++c) {
      if (fate_[at(c)] != kStays) continue;
      const auto [found, is_new] = first.emplace(signature(c), c);
      if (!is_new && weights_add_up(found->second, c)) fate_[at(c)] = found->second;
    }
  }

  /// Whether every reader's weights for the two, with those that have joined already, have 8-bit sums.
  bool weights_add_up(int into, int channel) const {
    return std::ranges::all_of(space_.readers, [&](int reader) {
      const WeightedSum sum = *weighted_sum(graph_, graph_.nodes[at(reader)]);
      for (int o = 0; o < sum.outputs; ++o) {
        for (int tap = 0; tap < sum.taps; ++tap) {
          for (int k = 0; k < sum.depth; k += space_.channels) {
            int total = sum.weight(o, tap, k + into) + sum.weight(o, tap, k + channel);
            for (int c = 0; c < space_.channels; ++c) {
              if (fate_[at(c)] == into) total += sum.weight(o, tap, k + c);
            }
            if (total < -127 || total > 127) return false;
          }
        }
      }
      return true;
    });
  }

  const Graph& graph_;
  const std::vector<std::vector<ChannelRange>>& ranges_;
  const Space& space_;
  std::vector<int> fate_;
};

/// Takes channels out of a space.
class Removal {
 public:
  Removal(Graph& graph, const std::vector<std::vector<ChannelRange>>& ranges, std::vector<int> fate)
      : graph_(graph), ranges_(ranges), fate_(std::move(fate)), joined_(fate_.size()) {
    for (std::size_t c = 0; c < fate_.size(); ++c) {
      if (fate_[c] == kStays) kept_.push_back(static_cast<int>(c));
      if (fate_[c] >= 0) joined_[at(fate_[c])].push_back(static_cast<int>(c));
    }
  }

  void apply(const Space& space) {
    for (const int maker : space.makers) cut_outputs(graph_.nodes[at(maker)]);
    for (const int index : space.inside) {
      if (weighted_sum(graph_, graph_.nodes[at(index)])) cut_outputs(graph_.nodes[at(index)]);
    }
    for (const int reader : space.readers) fold_into(graph_.nodes[at(reader)]);
    for (const TensorId id : space.tensors) {
      int& channels = graph_.tensor(id).shape.back();
      channels = channels / count() * static_cast<int>(kept_.size());
    }
    for (const int index : space.inside) reshape(graph_.nodes[at(index)]);
  }

 private:
  int count() const { return static_cast<int>(fate_.size()); }

  TensorId add(const Tensor& like, Shape shape, std::shared_ptr<const Bytes> data) {
    Tensor tensor = like;
    tensor.shape = std::move(shape);
    tensor.data = std::move(data);
    return graph_.add(std::move(tensor));
  }

  void set_bias(Node& node, const std::vector<std::int32_t>& values) {
    Tensor like;
    like.name = node.name + "/bias";
    like.type = Type::kInt32;
    node.inputs.resize(3, kNoTensor);
    if (node.inputs[2] != kNoTensor) like = graph_.tensor(node.inputs[2]);
    if (like.quantization.per_channel()) like.quantization = {};
    node.inputs[2] = add(like, {static_cast<int>(values.size())}, make_data(values));
  }

  /// The reader's weights without those for channels that are gone.
  void fold_into(Node& node) {
    const WeightedSum sum = *weighted_sum(graph_, node);
    const std::vector<ChannelRange>& ranges = ranges_[at(node.inputs[0])];
    const int zero_point = graph_.tensor(node.inputs[0]).zero_point();
    std::vector<std::int32_t> bias;
    std::vector<std::int8_t> weights;
    for (int o = 0; o < sum.outputs; ++o) {
      std::int64_t constant = sum.bias(o);
      for (int tap = 0; tap < sum.taps; ++tap) {
        for (int k = 0; k < sum.depth; ++k) {
          const int channel = k % count();
          const int weight = sum.weight(o, tap, k);
          if (fate_[at(channel)] == kConstant) constant += weight * (ranges[at(k) % ranges.size()].min - zero_point);
          if (fate_[at(channel)] != kStays) continue;
          int total = weight;
          for (const int c : joined_[at(channel)]) total += sum.weight(o, tap, k - channel + c);
          weights.push_back(static_cast<std::int8_t>(total));
        }
      }
      bias.push_back(static_cast<std::int32_t>(constant));  // wraps as the kernels' sums do
    }
    const Tensor& old = graph_.tensor(node.inputs[1]);
    Shape shape = old.shape;
    shape.back() = shape.back() / count() * static_cast<int>(kept_.size());
    set_bias(node, bias);
    node.inputs[1] = add(Tensor(graph_.tensor(node.inputs[1])), std::move(shape), make_data(weights));
  }

  /// Without the outputs that are gone.
  void cut_outputs(Node& node) {
    const WeightedSum sum = *weighted_sum(graph_, node);
    const int repeat = sum.outputs / count();
    std::vector<int> kept;
    for (int r = 0; r < repeat; ++r) {
      for (const int c : kept_) kept.push_back(r * count() + c);
    }
    std::vector<std::int8_t> weights;
    std::vector<std::int32_t> bias;
    for (int tap = 0; sum.depthwise && tap < sum.taps; ++tap) {
      for (const int o : kept) weights.push_back(static_cast<std::int8_t>(sum.weight(o, tap, 0)));
    }
    for (const int o : kept) {
      bias.push_back(static_cast<std::int32_t>(sum.bias(o)));
      for (int tap = 0; !sum.depthwise && tap < sum.taps; ++tap) {
        for (int k = 0; k < sum.depth; ++k) weights.push_back(static_cast<std::int8_t>(sum.weight(o, tap, k)));
      }
    }
    Tensor like = graph_.tensor(node.inputs[1]);
    Shape shape = like.shape;
    shape[sum.depthwise ? 3 : 0] = static_cast<int>(kept.size());
    if (like.quantization.per_channel()) {
      std::vector<float> scales;
      for (const int o : kept) scales.push_back(like.quantization.scales[at(o)]);
      like.quantization = {scales, std::vector<std::int64_t>(scales.size(), 0), like.quantization.axis};
    }
    const bool has_bias = node.inputs.size() > 2 && node.inputs[2] != kNoTensor;
    if (has_bias) set_bias(node, bias);
    node.inputs[1] = add(like, std::move(shape), make_data(weights));
  }

  void reshape(Node& node) {
    if (node.op != "RESHAPE") return;
    const Shape shape = graph_.tensor(node.outputs[0]).shape;  // a copy: a tensor is added
    if (node.inputs.size() > 1 && node.inputs[1] != kNoTensor) {
      Tensor like = graph_.tensor(node.inputs[1]);
      like.type = Type::kInt32;
      node.inputs[1] =
          add(like, {static_cast<int>(shape.size())}, make_data(std::vector<std::int32_t>(shape.begin(), shape.end())));
    }
    node.attributes.set("new_shape", std::vector<std::int64_t>(shape.begin(), shape.end()));
  }

  Graph& graph_;
  const std::vector<std::vector<ChannelRange>>& ranges_;
  std::vector<int> fate_;
  std::vector<int> kept_;
  std::vector<std::vector<int>> joined_;  // by channel: those whose weights it takes over
};

}  // namespace

void fold_constant_channels(Graph& graph, const LowerOptions& options) {
  for (bool changed = true; changed;) {
    changed = false;
    const std::vector<std::vector<ChannelRange>> ranges = channel_ranges(graph, options);
    for (const Space& space : Spaces(graph, ranges).take()) {
      std::vector<int> fate = Choice(graph, ranges, space).take();
      if (std::ranges::all_of(fate, [](int f) { return f == kStays; })) continue;
      Removal(graph, ranges, std::move(fate)).apply(space);
      changed = true;
    }
  }
  drop_unused_tensors(graph);
}

}  // namespace thimble
