#include "ops/paddings.h"

#include <algorithm>

namespace thimble {

std::vector<Padding> paddings_of(const NodeView& node, int index) {
  const std::size_t rank = node.input(0).shape.size();
  const std::vector<int> values = integers_of(node.input(index));
  require(values.size() == 2 * rank, "{} paddings for {} dimensions", values.size(), rank);
  std::vector<Padding> paddings;
  for (std::size_t i = 0; i < rank; ++i) {
    const Padding padding = {values[2 * i], values[2 * i + 1]};
    require(padding.before >= 0 && padding.after >= 0, "a padding of {}", std::min(padding.before, padding.after));
    const std::int64_t size = std::int64_t{node.input(0).shape[i]} + padding.before + padding.after;
    require(size < (1 << 28), "paddings of {} and {} are too large", padding.before, padding.after);
    paddings.push_back(padding);
  }
  return paddings;
}

Shape padded_shape(const Shape& shape, const std::vector<Padding>& paddings) {
  Shape result = shape;
  for (std::size_t i = 0; i < shape.size(); ++i) result[i] += paddings[i].before + paddings[i].after;
  return result;
}

}  // namespace thimble
