// The arithmetic of TFLite's quantization that lowering needs: factors, activation ranges.
#pragma once

#include <vector>

#include "kernel/fixed_point.h"
#include "ops/kernel_call.h"

THIMBLE_PARAMS(thimble_requant, multiplier, shift)

namespace thimble {

/// `factor` as a 31-bit multiplier and a shift. As TFLite's QuantizeMultiplier: a factor below 2^-31 or so becomes 0.
thimble_requant quantize_multiplier(double factor);

/// input scale * weights scale / output scale, for each of `channels` channels, as a constant of pairs (multiplier,
/// shift). Throws InputError when a tensor lacks its scale or the counts do not fit.
KernelConstant channel_requants(const Tensor& input, const Tensor& weights, const Tensor& output, int channels);

/// The same for weights with one scale. As TFLite's kernels that know no channels, it multiplies the scales of input
/// and weights in single precision first. Throws InputError when a tensor lacks its scale.
thimble_requant tensor_factor(const Tensor& input, const Tensor& weights, const Tensor& output);
/// The same as a constant of one pair.
KernelConstant tensor_requant(const Tensor& input, const Tensor& weights, const Tensor& output);

/// The range of an output after a fused activation ("NONE", "RELU", "RELU6", "RELU_N1_TO_1").
struct IntRange {
  int min;
  int max;
};
IntRange activation_range(const std::string& activation, const Tensor& output);
struct FloatRange {
  float min;
  float max;
};
FloatRange activation_range(const std::string& activation);

}  // namespace thimble
