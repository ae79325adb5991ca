#include "ops/move.h"

#include <algorithm>

#include "kernel/move.h"

THIMBLE_PARAMS(thimble_move_params, chunk, input_start, output_start, size, input_step, output_step)

namespace thimble {
namespace {

constexpr std::size_t kMostLoops = std::size(decltype(thimble_move_params::size){});

/// Leaves out loops of one step and merges neighbours that together are one evenly spaced loop.
std::vector<MoveAxis> merged(const std::vector<MoveAxis>& axes) {
  std::vector<MoveAxis> result;
  for (const MoveAxis& axis : axes) {
    if (axis.size == 1) continue;
    if (!result.empty() && result.back().input_step == axis.input_step * axis.size &&
        result.back().output_step == axis.output_step * axis.size) {
      result.back() = {result.back().size * axis.size, axis.input_step, axis.output_step};
    } else {
      result.push_back(axis);
    }
  }
  return result;
}

}  // namespace

std::vector<std::int64_t> strides_of(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

KernelCall move_call(const Graph& graph, TensorId input, TensorId output, std::int64_t input_start,
                     std::int64_t output_start, const std::vector<MoveAxis>& axes) {
  const auto bytes = static_cast<std::int64_t>(size_of(graph.tensor(input).type));
  std::vector<MoveAxis> loops = merged(axes);
  thimble_move_params params{};
  params.chunk = static_cast<std::int32_t>(bytes);
  params.input_start = static_cast<std::int32_t>(input_start * bytes);
  params.output_start = static_cast<std::int32_t>(output_start * bytes);
  if (!loops.empty() && loops.back().input_step == 1 && loops.back().output_step == 1) {
    params.chunk = static_cast<std::int32_t>(loops.back().size * bytes);
    loops.pop_back();
  }
  require(loops.size() <= kMostLoops, "its elements move along more than {} dimensions", kMostLoops);
  std::fill(std::begin(params.size), std::end(params.size), 1);
  for (std::size_t i = 0; i < loops.size(); ++i) {
    const std::size_t slot = kMostLoops - loops.size() + i;
    params.size[slot] = loops[i].size;
    params.input_step[slot] = static_cast<std::int32_t>(loops[i].input_step * bytes);
    params.output_step[slot] = static_cast<std::int32_t>(loops[i].output_step * bytes);
  }
  return kernel_call("thimble_move", "kernel/move", &thimble_move, params, {in(input), out(output)});
}

KernelCall part_call(const Graph& graph, TensorId whole, TensorId part, int axis, int offset, bool out_of_whole) {
  const Shape& shape = graph.tensor(part).shape;
  const std::vector<std::int64_t> part_strides = strides_of(shape);
  const std::vector<std::int64_t> whole_strides = strides_of(graph.tensor(whole).shape);
  const std::int64_t start = offset * whole_strides[static_cast<std::size_t>(axis)];
  std::vector<MoveAxis> axes;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    axes.push_back({shape[i], out_of_whole ? whole_strides[i] : part_strides[i],
                    out_of_whole ? part_strides[i] : whole_strides[i]});
  }
  return out_of_whole ? move_call(graph, whole, part, start, 0, axes) : move_call(graph, part, whole, 0, start, axes);
}

int resolve_axis(int axis, std::size_t rank) {
  const int count = static_cast<int>(rank);
  require(axis >= -count && axis < count, "axis {} of {} dimensions", axis, count);
  return axis < 0 ? axis + count : axis;
}

}  // namespace thimble
