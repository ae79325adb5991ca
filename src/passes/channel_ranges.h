// Which values the channels of an int8 graph can hold, whatever the input.
#pragma once

#include <vector>

#include "ops/op.h"

namespace thimble {

struct ChannelRange {
  int min = -128;
  int max = 127;
  bool constant() const { return min == max; }
};

/// For each tensor the range of each index of its last dimension; empty for constants and for other types than int8.
/// Found by interval arithmetic from the inputs on: exact where a channel is constant, never too narrow. Every number
/// is rounded by the operators' own kernels, lowered with `options`.
std::vector<std::vector<ChannelRange>> channel_ranges(const Graph& graph, const LowerOptions& options);

/// A convolution or dense layer of int8 with constant int8 weights, as sums over channels. Taps and channels of a
/// filter: one weight is weights[(output * taps + tap) * depth + channel], or with `depthwise` weights[tap * outputs +
/// output].
struct WeightedSum {
  const Graph* graph = nullptr;
  const Node* node = nullptr;
  bool depthwise = false;
  int outputs = 0;
  int taps = 1;                    // 1 for a dense layer
  int depth = 1;                   // 1 for a depthwise convolution
  std::vector<bool> may_pad = {};  // by tap: whether it ever lies outside of the image, where it adds nothing

  int weight(int output, int tap, int channel) const;
  std::int64_t bias(int output) const;
};

/// None for other nodes, with groups, with zero points of weights, and where each input channel has several outputs of
/// its own.
std::optional<WeightedSum> weighted_sum(const Graph& graph, const Node& node);

}  // namespace thimble
