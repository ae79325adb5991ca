#include "io/keras_layout.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>
#include <set>

#include "base/error.h"

namespace thimble {

std::string keras_snake_case(const std::string& class_name) {
  static const std::regex kWordStart("(.)([A-Z][a-z]+)");
  static const std::regex kCapital("([a-z])([A-Z])");
  std::string result = std::regex_replace(class_name, kWordStart, "$1_$2");
  result = std::regex_replace(result, kCapital, "$1_$2");
  for (char& c : result) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

std::string keras_input_name(const std::string& name) { return name == "input" ? "input_layer" : name; }

namespace {

/// keras.src.ops.function.map_graph.
class LayerOrder {
 public:
  explicit LayerOrder(const Model& model) : model_(model) {
    for (std::size_t i = 0; i < model.graph.inputs.size(); ++i) {
      makers_[model.graph.inputs[i]] = {-1 - static_cast<int>(i), nullptr};
    }
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
      for (const LayerCall& call : model.layers[i].calls) {
        makers_[call.output] = {static_cast<int>(i), &call};
      }
    }
  }

  std::vector<int> run() {
    for (const TensorId output : model_.graph.outputs) visit(makers_.at(output));
    find_depths();
    std::vector<int> order;
    for (const auto& [layer, index] : indices_) order.push_back(layer);
    std::ranges::sort(order, [&](int a, int b) {
      if (layer_depths_[a] != layer_depths_[b]) return layer_depths_[a] > layer_depths_[b];
      return indices_[a] < indices_[b];
    });
    return order;
  }

 private:
  /// A call of a layer, or an input.
  struct Step {
    int layer;
    const LayerCall* call;
    auto operator<=>(const Step&) const = default;
  };

  void visit(const Step& step) {
    if (!seen_.insert(step).second) return;
    indices_.emplace(step.layer, static_cast<int>(indices_.size()));
    if (step.call != nullptr) {
      for (const TensorId id : step.call->inputs) visit(makers_.at(id));
    }
    steps_.push_back(step);
  }

  void find_depths() {
    std::map<Step, int> depths;
    for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
      const int depth = std::max(depths[*step], layer_depths_[step->layer]);
      layer_depths_[step->layer] = depths[*step] = depth;
      if (step->call == nullptr) continue;
      for (const TensorId id : step->call->inputs) {
        int& before = depths[makers_.at(id)];
        before = std::max(before, depth + 1);
      }
    }
  }

  const Model& model_;
  std::map<TensorId, Step> makers_;
  std::set<Step> seen_;
  std::vector<Step> steps_;  // each after what it reads
  std::map<int, int> indices_, layer_depths_;
};

}  // namespace

std::vector<int> keras_layer_order(const Model& model) { return LayerOrder(model).run(); }

std::string KerasLayerPaths::next(const std::string& class_name) {
  const std::string name = keras_snake_case(class_name);
  const int count = used_[name]++;
  return "layers/" + name + (count > 0 ? "_" + std::to_string(count) : "");
}

std::size_t KerasLayout::keras_index(std::size_t index) const {
  if (permutation.empty()) return index;
  std::vector<std::size_t> position(permuted_shape.size());
  for (std::size_t axis = graph_shape.size(); axis-- > 0;) {
    const auto extent = static_cast<std::size_t>(graph_shape[axis]);
    if (permutation[axis] < 0) continue;
    position[static_cast<std::size_t>(permutation[axis])] = index % extent;
    index /= extent;
  }
  std::size_t result = 0;
  for (std::size_t axis = 0; axis < permuted_shape.size(); ++axis) {
    result = result * static_cast<std::size_t>(permuted_shape[axis]) + position[axis];
  }
  return result;
}

KerasLayout keras_layout(const LayerWeight& weight, const Shape& graph_shape) {
  if (weight.permutation.empty()) return {graph_shape, weight.keras_shape, {}};
  ensure(weight.permutation.size() == graph_shape.size(), "the permutation of '{}' does not fit", weight.name);
  KerasLayout layout{graph_shape, weight.keras_shape, weight.permutation};
  const auto dropped = static_cast<std::size_t>(std::ranges::count(weight.permutation, -1));
  layout.permuted_shape.resize(graph_shape.size() - dropped);
  for (std::size_t axis = 0; axis < graph_shape.size(); ++axis) {
    if (weight.permutation[axis] < 0) continue;
    layout.permuted_shape[static_cast<std::size_t>(weight.permutation[axis])] = graph_shape[axis];
  }
  if (layout.keras_shape.empty()) layout.keras_shape = layout.permuted_shape;
  return layout;
}

std::vector<float> values_from_keras(const LayerWeight& weight, const Shape& shape, const NpyArray& variable) {
  const KerasLayout layout = keras_layout(weight, shape);
  const std::vector<std::int64_t> expected(layout.keras_shape.begin(), layout.keras_shape.end());
  require(std::ranges::equal(variable.shape, expected), "the weights of '{}' do not have the shape {}", weight.name,
          to_string(layout.keras_shape));
  require(variable.type == NpyType::kFloat32, "the weights of '{}' are not float32", weight.name);
  const auto from = variable.values<float>();
  std::vector<float> result(from.size());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = from[layout.keras_index(i)];
  return result;
}

}  // namespace thimble
