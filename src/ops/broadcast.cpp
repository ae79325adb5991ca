#include "ops/broadcast.h"

#include <algorithm>

namespace thimble {
namespace {

constexpr std::size_t kMostDimensions = std::size(decltype(thimble_broadcast::size){});

int dimension(const Shape& shape, std::size_t rank, std::size_t index) {
  const std::size_t missing = rank - shape.size();
  return index < missing ? 1 : shape[index - missing];
}

/// One dimension to walk, outermost first, and how the operands move along it.
struct Axis {
  int size;
  bool repeats_a;
  bool repeats_b;
};

/// The dimensions above 1, with neighbours merged that both operands walk in the same way.
std::vector<Axis> merged_axes(const Shape& a, const Shape& b, const Shape& output) {
  std::vector<Axis> axes;
  for (std::size_t i = 0; i < output.size(); ++i) {
    if (output[i] == 1) continue;
    const bool repeats_a = dimension(a, output.size(), i) == 1;
    const bool repeats_b = dimension(b, output.size(), i) == 1;
    if (!axes.empty() && axes.back().repeats_a == repeats_a && axes.back().repeats_b == repeats_b) {
      axes.back().size *= output[i];
    } else {
      axes.push_back({output[i], repeats_a, repeats_b});
    }
  }
  return axes;
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

thimble_broadcast broadcast_of(const Shape& a, const Shape& b) {
  const std::vector<Axis> axes = merged_axes(a, b, broadcast_shape(a, b));
  require(axes.size() <= kMostDimensions, "shapes {} and {} are broadcast in more than {} dimensions", to_string(a),
          to_string(b), kMostDimensions);
  thimble_broadcast result{};
  std::fill(std::begin(result.size), std::end(result.size), 1);
  int step_a = 1;
  int step_b = 1;
  std::size_t slot = kMostDimensions;
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
    --slot;
    result.size[slot] = axis->size;
    result.stride_a[slot] = axis->repeats_a ? 0 : step_a;
    result.stride_b[slot] = axis->repeats_b ? 0 : step_b;
    if (!axis->repeats_a) step_a *= axis->size;
    if (!axis->repeats_b) step_b *= axis->size;
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
