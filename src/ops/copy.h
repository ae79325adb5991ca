// The call of operators that leave the elements of input 0 as they are.
#pragma once

#include "ops/op.h"

namespace thimble {

/// Copies input 0 to output 0, unless both share memory. Throws InputError when their bytes differ in number.
KernelCall copy_call(const NodeView& node);

/// Copies so many bytes.
KernelCall copy_call(std::size_t bytes, Operand from, Operand to);

/// Writes a constant to output 0.
KernelCall constant_call(const NodeView& node, KernelConstant value);

}  // namespace thimble
