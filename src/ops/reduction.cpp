#include "ops/reduction.h"

#include <algorithm>

namespace thimble {
namespace {

/// For each dimension of input 0, whether it is reduced.
std::vector<bool> reduced_dimensions(const NodeView& node) {
  const int rank = static_cast<int>(node.input(0).shape.size());
  std::vector<bool> reduced(static_cast<std::size_t>(rank), false);
  if (rank == 0) return reduced;
  for (const int axis : integers_of(node.input(1))) {
    require(axis >= -rank && axis < rank, "axis {} of {} dimensions", axis, rank);
    reduced[static_cast<std::size_t>(axis < 0 ? axis + rank : axis)] = true;
  }
  return reduced;
}

struct Axis {
  int size;
  int stride;
  bool reduced;
};

/// The dimensions above 1, neighbours of a kind merged, outermost first.
std::vector<Axis> merged_axes(const Shape& shape, const std::vector<bool>& reduced) {
  std::vector<Axis> axes;
  int stride = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (shape[i] == 1) continue;
    if (!axes.empty() && axes.back().reduced == reduced[i]) {
      axes.back().size *= shape[i];
    } else {
      axes.push_back({shape[i], stride, reduced[i]});
    }
    stride *= shape[i];
  }
  std::reverse(axes.begin(), axes.end());
  return axes;
}

/// Fills `sizes` and `strides` from the back with the axes of one kind.
template <std::size_t kCount>
void place(const std::vector<Axis>& axes, bool reduced, std::int32_t (&sizes)[kCount],
           std::int32_t (&strides)[kCount]) {
  std::fill(std::begin(sizes), std::end(sizes), 1);
  std::size_t slot = kCount;
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
    if (axis->reduced != reduced) continue;
    require(slot > 0, "kept and reduced dimensions alternate too often");
    --slot;
    sizes[slot] = axis->size;
    strides[slot] = axis->stride;
  }
}

}  // namespace

Shape reduced_shape(const NodeView& node) {
  const std::vector<bool> reduced = reduced_dimensions(node);
  const bool keep = node.attributes().flag("keep_dims");
  Shape result;
  for (std::size_t i = 0; i < reduced.size(); ++i) {
    if (!reduced[i]) result.push_back(node.input(0).shape[i]);
    if (reduced[i] && keep) result.push_back(1);
  }
  return result;
}

thimble_reduction reduction_of(const NodeView& node) {
  const std::vector<Axis> axes = merged_axes(node.input(0).shape, reduced_dimensions(node));
  thimble_reduction result{};
  place(axes, false, result.kept, result.kept_stride);
  place(axes, true, result.reduced, result.reduced_stride);
  return result;
}

std::int64_t reduced_count(const NodeView& node) {
  const std::vector<bool> reduced = reduced_dimensions(node);
  std::int64_t count = 1;
  for (std::size_t i = 0; i < reduced.size(); ++i) count *= reduced[i] ? node.input(0).shape[i] : 1;
  return count;
}

std::vector<TfliteField> reducer_fields() { return {bool_field(0, "keep_dims")}; }

}  // namespace thimble
