// What lowering float layers to the kernels for floating-point units (kernel/fpu.h) needs.
#pragma once

#include <optional>

#include "kernel/fpu.h"
#include "kernel/window.h"
#include "ops/op.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_fpu_range, positive, narrow, output_min, output_max)

namespace thimble {

/// Whether a node of floats with constant weights and bias may lower to such a kernel.
bool fpu_applies(const NodeView& node, const LowerOptions& options);

thimble_fpu_range fpu_range(const FloatRange& range);

/// Input 2 filled up with zeros to a multiple of four of `channels`; zeros if it is absent.
KernelConstant fpu_bias(const NodeView& node, int channels);

/// A convolution without groups, of filters OHWI, or a fully connected layer, which is one over a row of pixels. None
/// when the target lacks a floating-point unit, or where taps in a row are no neighbours.
std::optional<KernelCall> conv_fpu(const NodeView& node, const thimble_window& window, const FloatRange& range,
                                   const LowerOptions& options);

}  // namespace thimble
