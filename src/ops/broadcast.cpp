#include "ops/broadcast.h"

#include <algorithm>

namespace thimble {
namespace {

constexpr std::size_t kMostDimensions = std::size(decltype(thimble_broadcast::size){});

int dimension(const Shape& shape, std::size_t rank, std::size_t index) {
  const std::size_t missing = rank - shape.size();
  return index < missing ? 1 : shape[index - missing];
}

}  // namespace

Shape broadcast_shape(const Shape& a, const Shape& b) {
  const std::size_t rank = std::max(a.size(), b.size());
  Shape result;
  for (std::size_t i = 0; i < rank; ++i) {
    const int x = dimension(a, rank, i);
    const int y = dimension(b, rank, i);
    require(x == y || x == 1 || y == 1, "shapes {} and {} cannot be broadcast", to_string(a), to_string(b));
    result.push_back(x == 1 ? y : x);
  }
  return result;
}

std::vector<BroadcastLoop> broadcast_loops(const std::vector<Shape>& operands, const Shape& output) {
  std::vector<BroadcastLoop> loops;  // the innermost first
  std::vector<std::int32_t> strides(operands.size(), 1);
  for (std::size_t i = output.size(); i-- > 0;) {
    if (output[i] == 1) continue;
    BroadcastLoop loop = {output[i], {}};
    bool merges = !loops.empty();
    for (std::size_t k = 0; k < operands.size(); ++k) {
      const bool repeats = dimension(operands[k], output.size(), i) == 1;
      loop.steps.push_back(repeats ? 0 : strides[k]);
      if (!repeats) strides[k] *= output[i];
      merges = merges && (loops.back().steps[k] == 0) == repeats;
    }
    if (merges) {
      loops.back().size *= output[i];
    } else {
      loops.push_back(std::move(loop));
    }
  }
  std::reverse(loops.begin(), loops.end());
  return loops;
}

thimble_broadcast broadcast_of(const Shape& a, const Shape& b) {
  const std::vector<BroadcastLoop> loops = broadcast_loops({a, b}, broadcast_shape(a, b));
  require(loops.size() <= kMostDimensions, "shapes {} and {} are broadcast in more than {} dimensions", to_string(a),
          to_string(b), kMostDimensions);
  thimble_broadcast result{};
  std::fill(std::begin(result.size), std::end(result.size), 1);
  for (std::size_t i = 0; i < loops.size(); ++i) {
    const std::size_t slot = kMostDimensions - loops.size() + i;
    result.size[slot] = loops[i].size;
    result.stride_a[slot] = loops[i].steps[0];
    result.stride_b[slot] = loops[i].steps[1];
  }
  return result;
}

std::vector<TensorId> overwritable_inputs(const NodeView& node) {
  std::vector<TensorId> result;
  for (int i = 0; i < 2; ++i) {
    if (node.input(i).elements() == node.output(0).elements() && node.input(i).bytes() == node.output(0).bytes()) {
      result.push_back(node.input_id(i));
    }
  }
  return result;
}

}  // namespace thimble
