// The call of operators that leave the elements of input 0 as they are.
#pragma once

#include "kernel/copy.h"
#include "ops/op.h"

THIMBLE_PARAMS(thimble_copy_params, bytes)

namespace thimble {

/// Copies input 0 to output 0, unless both share memory. Throws InputError when their bytes differ in number.
KernelCall copy_call(const NodeView& node);

/// Writes a constant to output 0.
KernelCall constant_call(const NodeView& node, KernelConstant value);

}  // namespace thimble
