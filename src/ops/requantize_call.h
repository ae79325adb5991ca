// Calls that change scale and type of every element: QUANTIZE, and ReLUs that stand alone.
#pragma once

#include "ops/op.h"
#include "ops/requantize.h"

namespace thimble {

/// Brings input 0 to output 0's scale, zero point and type, with results in `range`. `factor` is input scale / output
/// scale, as the operator computes it. Throws InputError for pairs of types that have no kernel.
KernelCall requantize_call(const NodeView& node, double factor, IntRange range);

/// Clamps the floats of input 0.
KernelCall clamp_call(const NodeView& node, FloatRange range);

/// Clamps the integers of input 0 to the range of `activation` at its scale.
KernelCall clamp_integers_call(const NodeView& node, const std::string& activation);

/// RELU and its kin: `activation` is one of TFLite's fused activations, applied to input 0.
std::vector<KernelCall> relu_calls(const NodeView& node, const std::string& activation);

}  // namespace thimble
