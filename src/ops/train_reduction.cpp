#include "ops/train_reduction.h"

#include "ops/move.h"

namespace thimble {

std::vector<std::size_t> reduction_targets(const NodeView& node) {
  const Shape& shape = node.input(0).shape;
  std::vector<bool> reduced(shape.size(), false);
  for (const int axis : integers_of(node.input(1))) {
    reduced[static_cast<std::size_t>(resolve_axis(axis, shape.size()))] = true;
  }
  require(!reduced[0], "a reduction over the batch cannot be trained through");
  std::vector<std::size_t> targets = {0};
  for (std::size_t d = 1; d < shape.size(); ++d) {
    std::vector<std::size_t> next;
    const auto size = static_cast<std::size_t>(shape[d]);
    for (const std::size_t target : targets) {
      for (std::size_t i = 0; i < size; ++i) next.push_back(reduced[d] ? target : target * size + i);
    }
    targets = std::move(next);
  }
  return targets;
}

}  // namespace thimble
