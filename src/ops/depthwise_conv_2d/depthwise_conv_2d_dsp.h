// DEPTHWISE_CONV_2D for Armv7E-M's DSP instructions.
#pragma once

#include <optional>

#include "ops/depthwise_conv_2d/depthwise_conv_2d_kernel.h"
#include "ops/dsp.h"
#include "ops/host.h"
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

/// The weights of a channel in pairs, then its bias and factors. Channel is thimble_dsp_channel or its kin.
template <typename Channel, typename Params>
KernelConstant depthwise_conv_2d_pairs(const ChannelWeights& weights, const KernelConstant& channels,
                                       const Params& params) {
  std::vector<std::int32_t> words;
  const int width = params.window.filter_w;
  const auto* rest = as<Channel>(channels.data);
  for (const std::vector<std::int8_t>& channel : weights) {
    for (int i = 0; i < params.window.filter_h; ++i) {
      const auto weight = [&](int j) { return j < width ? int{channel[static_cast<std::size_t>(i * width + j)]} : 0; };
      for (int j = 0; j < params.pairs; ++j) {
        const int first = params.step_3x3 == 1 ? j : 2 * j;
        words.push_back((weight(first) & 0xFFFF) | weight(first + 1) * 0x10000);
      }
    }
    words.insert(words.end(), {rest->bias, rest->multiplier, rest->addend, rest->shift});
    ++rest;
  }
  return {"filter", Type::kInt32, make_data(words)};
}

}  // namespace thimble
