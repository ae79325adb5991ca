// CONV_2D for Armv7E-M's DSP instructions.
#pragma once

#include <optional>

#include "ops/conv_2d/conv_2d_kernel.h"
#include "ops/dsp.h"
#include "ops/op.h"

namespace thimble {

/// None when the target lacks the instructions, with groups, and where bits could differ.
std::optional<KernelCall> conv_2d_dsp(const NodeView& node, const thimble_conv_2d_params& params,
                                      const KernelConstant& requant, const LowerOptions& options);

/// The same for 16-bit activations.
std::optional<KernelCall> conv_2d_s16_dsp(const NodeView& node, const thimble_conv_2d_params& params,
                                          const KernelConstant& requant, const LowerOptions& options);

/// A convolution of 3 x 3 over one channel, and the maximum over 2 x 2 of its outputs that `next` takes; otherwise
/// none.
std::optional<KernelCall> conv_2d_pool_dsp(const NodeView& node, const NodeView& next,
                                           const thimble_conv_2d_params& params, const KernelConstant& requant,
                                           const LowerOptions& options);

/// The weights of each output channel, without groups.
ChannelWeights conv_2d_weights(const NodeView& node);

}  // namespace thimble
