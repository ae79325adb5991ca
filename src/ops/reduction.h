// Shape inference and lowering that operators share which reduce a tensor over some of its dimensions. Their input 1 is
// a constant list of axes, which may be negative; their attribute is keep_dims.
#pragma once

#include "kernel/reduction.h"
#include "ops/op.h"

THIMBLE_PARAMS(thimble_reduction, kept, kept_stride, reduced, reduced_stride)

namespace thimble {

/// The shape of input 0 without the axes, or with 1 in their place. Throws InputError.
Shape reduced_shape(const NodeView& node);

/// How input 0 is walked. Throws InputError when kept and reduced dimensions alternate too often.
thimble_reduction reduction_of(const NodeView& node);

/// The number of inputs that make one output.
std::int64_t reduced_count(const NodeView& node);

/// The call of a kernel that needs no more than the walk.
template <typename T>
KernelCall reduction_call(const NodeView& node, const char* symbol, const char* source,
                          void (*function)(const thimble_reduction*, const T*, T*)) {
  return kernel_call(symbol, source, function, reduction_of(node), {in(node.input_id(0)), out(node.output_id(0))});
}

/// ReducerOptions.
std::vector<TfliteField> reducer_fields();

}  // namespace thimble
