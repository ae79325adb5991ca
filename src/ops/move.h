// Calls that move blocks of elements: transposition, slices, concatenation and their kin.
#pragma once

#include "ops/op.h"

namespace thimble {

/// One loop of a move: how often, and how far apart, in elements, on either side.
struct MoveAxis {
  int size;
  std::int64_t input_step;
  std::int64_t output_step;
};

/// The distance in elements from one index to the next, for each dimension.
std::vector<std::int64_t> strides_of(const Shape& shape);

/// Moves elements of the type of `input` from it to `output`, from the elements at the given starts, along `axes`, the
/// innermost last. Axes that can be walked as one are merged. Throws InputError when more than six remain.
KernelCall move_call(const Graph& graph, TensorId input, TensorId output, std::int64_t input_start,
                     std::int64_t output_start, const std::vector<MoveAxis>& axes);

/// Cuts or joins along dimension `axis`: moves all of `part` to its place, `offset` from the beginning, in `whole`,
/// whose shape differs in that dimension only; or, if `out_of_whole`, from there.
KernelCall part_call(const Graph& graph, TensorId whole, TensorId part, int axis, int offset, bool out_of_whole);

/// `axis` of `rank` dimensions, counted from the end when negative. Throws InputError when out of range.
int resolve_axis(int axis, std::size_t rank);

}  // namespace thimble
