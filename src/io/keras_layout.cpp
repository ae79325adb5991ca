#include "io/keras_layout.h"

#include <algorithm>
#include <cctype>
#include <regex>

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

}  // namespace thimble
