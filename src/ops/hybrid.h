// What operators share that multiply float activations with 8-bit weights (kernel/hybrid.h).
#pragma once

#include "ir/tensor.h"
#include "ops/kernel_call.h"

namespace thimble {

/// Whether `input` is float and `weights` are integers.
bool is_hybrid(const Tensor& input, const Tensor& weights);

/// The scales of `weights` for each of `channels` channels, as a constant. Throws InputError when there are none, the
/// counts do not fit, or a zero point is not 0.
KernelConstant weight_scales(const Tensor& weights, int channels);

/// Whether the channels of `weights` have scales that differ.
bool scales_differ(const Tensor& weights);

}  // namespace thimble
