// What lowering to the kernels for Armv7E-M's DSP instructions (kernel/dsp.h) needs.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "kernel/dsp.h"
#include "kernel/window.h"
#include "ops/op.h"

namespace thimble {

/// Whether the target gains from the DSP kernels, in one of their forms.
inline bool has_dsp_kernels(const LowerOptions& options) { return options.features.dsp || options.features.lanes; }

/// Whether a node of bytes with constant weights and bias may lower to a DSP kernel.
bool dsp_applies(const NodeView& node, const LowerOptions& options);

/// Whether a node may lower to a DSP kernel for pooling.
bool dsp_pools(const NodeView& node, const thimble_window& window, const LowerOptions& options);

/// The weights of each output channel, in the order in which the kernel reads the inputs.
using ChannelWeights = std::vector<std::vector<std::int8_t>>;

/// What does not depend on the input in a channel's sum of products, and how much the rest can be.
struct FoldedSum {
  std::int64_t constant;   // the bias, less the products of weights and input zero point
  std::int64_t magnitude;  // of the products of weights and any input bytes, at most
};
FoldedSum folded_sum(const std::vector<std::int8_t>& weights, std::int64_t bias, std::int64_t input_zero_point);

/// A factor in the kernels' form, with bias 0; none where their arithmetic could differ from thimble_multiply's:
/// factors of 0.5 or more. The zero point has 8 bits.
std::optional<thimble_dsp_channel> dsp_factor(const thimble_requant& requant, int zero_point);

/// A thimble_dsp_channel for each output channel, as a constant; none where a factor has no such form, or a sum may not
/// fit. `requants` has a factor for each channel, or one
/// for all.
std::optional<KernelConstant> dsp_channels(const NodeView& node, const ChannelWeights& weights,
                                           const KernelConstant& requants);

/// The channels' biases apart from their factors, of which one stays if there is one for all.
struct DspChannels {
  KernelConstant bias, factors;
};

/// Both filled up with zeros to `count`.
DspChannels split_channels(const KernelConstant& channels, std::size_t count, bool per_channel);

/// Whether saturating to 8 bits is not enough: 1 or 0.
inline int is_narrow(int output_min, int output_max) { return output_min > -128 || output_max < 127 ? 1 : 0; }

/// The weights of each channel filled up with zeros to a multiple of four, one channel after the other.
KernelConstant dsp_rows(const ChannelWeights& weights);

}  // namespace thimble
