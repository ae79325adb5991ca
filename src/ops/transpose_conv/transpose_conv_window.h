// The geometry of TRANSPOSE_CONV.
#pragma once

#include "kernel/window.h"
#include "ops/op.h"

namespace thimble {

/// Input pixel (y, x) goes to the rows y * stride_h - pad_top + i of an output of shape `output`, for i in [0,
/// filter_h), and to columns likewise. Throws InputError when strides or padding do not fit.
thimble_window transpose_conv_window(const NodeView& node, const Shape& output);

}  // namespace thimble
