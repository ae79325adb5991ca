#include "compress/chip_weights.h"

#include <algorithm>
#include <set>

#include "ops/op.h"

namespace thimble {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

class Finder {
 public:
  Finder(const Graph& graph, const Graph& chip, const std::vector<WeightColumns>& columns)
      : graph_(graph), chip_(chip), columns_(columns), ends_(chip.outputs) {}

  ChipParameters run() {
    for (auto node = chip_.nodes.rbegin(); node != chip_.nodes.rend(); ++node) find_weights(*node);
    find_moved();
    std::set<TensorId> found;
    for (const ChipWeights& weights : result_.weights) found.insert({weights.chip, weights.bias});
    for (const Node& node : chip_.nodes) {
      for (const TensorId id : node.inputs) {
        if (trained(id) && found.insert(id).second) result_.constants.push_back(id);
      }
    }
    return std::move(result_);
  }

 private:
  bool constant(const Node& node, int index) const {
    if (index < 0 || at(index) >= node.inputs.size() || node.inputs[at(index)] == kNoTensor) return false;
    const Tensor& tensor = chip_.tensor(node.inputs[at(index)]);
    return tensor.constant() && tensor.type == Type::kFloat32;
  }
  bool trained(TensorId id) const {
    return id != kNoTensor && at(id) < graph_.tensors.size() && graph_.tensor(id).trainable;
  }

  void find_weights(const Node& node) {
    const QuantizationRule& rule = op_of(node).quantization;
    const bool makes_end = std::ranges::count(ends_, node.outputs[0]) > 0;
    if (constant(node, rule.weights_input)) {
      ChipWeights weights = weights_at(node, rule.weights_input, ChipWeights::Kind::kChannels);
      weights.axis = rule.weights_axis;
      if (!constant(node, rule.data_input)) weights.input = node.inputs[at(rule.data_input)];
      weights.last = makes_end;
      if (constant(node, rule.bias_input)) weights.bias = node.inputs[at(rule.bias_input)];
      add(weights);
    } else if (rule.quantize != nullptr) {
      for (int i = 0; i < static_cast<int>(node.inputs.size()); ++i) {
        if (columns(node.inputs[at(i)])) {
          add(weights_at(node, i, ChipWeights::Kind::kMatrix));
        }
      }
    } else {
      const bool moves = rule.supported && rule.output == OutputRange::kSameAsInput && !node.inputs.empty();
      if (moves && trained(node.inputs[at(rule.data_input)])) {
        add(weights_at(node, rule.data_input, ChipWeights::Kind::kTable));
      } else if (makes_end && !node.inputs.empty()) {
        ends_.push_back(node.inputs[0]);
      }
    }
  }

  /// The steps of a recurrent layer share their weights; the first of them multiplies a constant.
  void add(const ChipWeights& weights) {
    const auto found = std::ranges::find(result_.weights, weights.chip, &ChipWeights::chip);
    if (found == result_.weights.end()) {
      result_.weights.push_back(weights);
    } else if (weights.input != kNoTensor) {
      const bool last = found->last || weights.last;
      *found = weights;
      found->last = last;
    }
  }

  void find_moved() {
    std::set<TensorId> moved;
    for (const ChipWeights& weights : result_.weights) {
      if (weights.kind == ChipWeights::Kind::kTable) moved.insert(weights.chip);
    }
    for (const Node& node : chip_.nodes) {
      const QuantizationRule& rule = op_of(node).quantization;
      if (rule.output != OutputRange::kSameAsInput || node.inputs.empty()) continue;
      if (!moved.contains(node.inputs[at(rule.data_input)])) continue;
      moved.insert(node.outputs.begin(), node.outputs.end());
      result_.moved.insert(result_.moved.end(), node.outputs.begin(), node.outputs.end());
    }
  }

  const WeightColumns* columns(TensorId id) const {
    const auto found = std::ranges::find(columns_, id, &WeightColumns::weights);
    return found == columns_.end() ? nullptr : &*found;
  }

  ChipWeights weights_at(const Node& node, int index, ChipWeights::Kind kind) const {
    const TensorId id = node.inputs[at(index)];
    const WeightColumns* own = columns(id);
    return {.kind = kind, .trained = own ? own->matrix : id, .chip = id, .first = own ? own->first : 0};
  }

  const Graph& graph_;
  const Graph& chip_;
  const std::vector<WeightColumns>& columns_;
  std::vector<TensorId> ends_;
  ChipParameters result_;
};

/// Calls each(element of the weights, element of the matrix).
template <typename Each>
void for_columns(const ChipWeights& weights, const Shape& chip, std::size_t matrix, const Each& each) {
  const std::size_t rows = at(chip[1]), width = matrix / rows;
  for (std::size_t c = 0; c < at(chip[0]); ++c) {
    for (std::size_t r = 0; r < rows; ++r) each(c * rows + r, r * width + at(weights.first) + c);
  }
}

}  // namespace

ChipParameters chip_parameters(const Graph& graph, const Graph& chip, const std::vector<WeightColumns>& columns) {
  return Finder(graph, chip, columns).run();
}

std::vector<float> columns_of(const ChipWeights& weights, const Shape& chip, std::span<const float> matrix) {
  std::vector<float> result(static_cast<std::size_t>(element_count(chip)));
  for_columns(weights, chip, matrix.size(), [&](std::size_t to, std::size_t from) { result[to] = matrix[from]; });
  return result;
}

void put_columns(const ChipWeights& weights, const Shape& chip, std::span<const float> values,
                 std::span<float> matrix) {
  for_columns(weights, chip, matrix.size(), [&](std::size_t from, std::size_t to) { matrix[to] = values[from]; });
}

}  // namespace thimble
