// What the pooling operators share: their window, their Keras arguments, their TFLite options.
#pragma once

#include "ops/op.h"
#include "ops/window.h"

namespace thimble {

/// The geometry of the attributes filter_h, filter_w, stride_h, stride_w, padding over input 0. Throws InputError when
/// it does not fit.
thimble_window pool_window(const NodeView& node);

/// Pool2DOptions.
std::vector<TfliteField> pool_fields();

/// Keras's pool_size, strides, padding.
std::vector<LayerArgument> pool_arguments();
/// The attributes that they make.
Attributes pool_attributes(const Attributes& config);

}  // namespace thimble
