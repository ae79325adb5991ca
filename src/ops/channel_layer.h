// A layer as a convolution of bytes with constant weights: what may be packed (ops/packing.h), whatever the operator.
#pragma once

#include <vector>

#include "ops/dsp.h"
#include "ops/requantize.h"
#include "ops/window.h"

namespace thimble {

struct ChannelLayer {
  thimble_window window;
  int depthwise = 0;      // output channel c sees only input channel c / depthwise; 0: all of them
  int input_offset = 0;   // minus the input's zero point
  int output_offset = 0;  // the output's zero point
  IntRange range = {};
  ChannelWeights weights;                // of each output channel: filter_h x filter_w x input_c, or x 1
  std::vector<std::int32_t> bias;        // of each output channel
  std::vector<thimble_requant> requant;  // of each output channel
  std::size_t plain_bytes = 0;           // what weights, bias and factors take in a plain package
};

/// Whether a node is of bytes, with constant weights (input 1) and bias (input 2).
bool may_be_packed(const NodeView& node);

/// Its weights, of one output channel after the other.
ChannelWeights weights_by_row(const NodeView& node);

/// The layer of such a node, which sees all channels; `requant` has a factor for each channel, or one for all.
ChannelLayer channel_layer(const NodeView& node, const thimble_window& window, ChannelWeights weights,
                           const KernelConstant& requant, const IntRange& range);

}  // namespace thimble
