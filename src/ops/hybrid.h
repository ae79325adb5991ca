// What operators share that multiply float activations with 8-bit weights (kernel/hybrid.h).
#pragma once

#include <optional>

#include "ops/dsp.h"

namespace thimble {

/// Whether `input` is float and `weights` are integers.
bool is_hybrid(const Tensor& input, const Tensor& weights);

/// The scales of `weights` for each of `channels` channels, as a constant. Throws InputError when there are none, the
/// counts do not fit, or a zero point is not 0.
KernelConstant weight_scales(const Tensor& weights, int channels);

/// What the kernels for DSP instructions need of weights: each channel's, filled up with zeros to a multiple of four,
/// and their sum.
struct HybridRows {
  KernelConstant weights, sums;
};

/// Of input 1, whose outermost dimension is the channel; none for other targets, and unless it is a constant of bytes.
std::optional<HybridRows> hybrid_rows(const NodeView& node, const LowerOptions& options);

/// Whether the channels of `weights` have scales that differ.
bool scales_differ(const Tensor& weights);

}  // namespace thimble
