// What each layer of a model costs on a board.
#pragma once

#include "deploy/deploy.h"

namespace thimble {

struct LayerCost {
  std::string op;    // TFLite's name; of several nodes that one call computes "CONV_2D + MAX_POOL_2D"
  std::string name;  // of the layer, or of its first output
  Shape shape;       // of the output
  std::int64_t macs = 0;
  std::uint64_t instructions = 0;    // of one invocation
  std::size_t weights_bytes = 0;     // constants that no layer before has read
  std::vector<std::string> kernels;  // the C functions
};

struct LayerCosts {
  std::vector<LayerCost> layers;
  std::uint64_t between =
      0;  // instructions outside of layers: taking rows from one to the next, where they run by rows
};

/// Builds and runs the model once more, with calls between the layers that tell the emulator which one runs: they take
/// a few instructions each, which are counted, so that the sum is a little more than the model's own count. Of the
/// first invocation in `inputs`.
LayerCosts measure_layers(const Graph& graph, const Board& board, Optimize optimize, const LowerOptions& lower_options,
                          std::optional<std::size_t> ram, const std::vector<Bytes>& inputs);

}  // namespace thimble
