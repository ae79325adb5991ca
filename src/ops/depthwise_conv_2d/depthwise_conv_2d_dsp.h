// DEPTHWISE_CONV_2D for Armv7E-M's DSP instructions.
#pragma once

#include <optional>

#include "ops/depthwise_conv_2d/depthwise_conv_2d_kernel.h"
#include "ops/dsp.h"
#include "ops/op.h"

namespace thimble {

/// None when the target lacks the instructions, with dilation, with more output than input channels, and where bits
/// could differ.
std::optional<KernelCall> depthwise_conv_2d_dsp(const NodeView& node, const thimble_depthwise_conv_2d_params& params,
                                                const KernelConstant& requant, const LowerOptions& options);

/// The same for 16-bit activations.
std::optional<KernelCall> depthwise_conv_2d_s16_dsp(const NodeView& node,
                                                    const thimble_depthwise_conv_2d_params& params,
                                                    const KernelConstant& requant, const LowerOptions& options);

/// The weights of each output channel.
ChannelWeights depthwise_conv_2d_weights(const NodeView& node);

}  // namespace thimble
