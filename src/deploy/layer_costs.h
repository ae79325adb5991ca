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
  std::size_t code_bytes = 0;        // its own: its specialized code, its parameters
  std::vector<std::string> kernels;  // the C functions
};

/// Code and constants that several layers share.
struct SharedFunctions {
  std::vector<std::size_t> layers;  // indices into LayerCosts::layers
  std::vector<std::string> names;   // the functions and constants, the largest first
  std::size_t bytes = 0;
};

struct LayerCosts {
  std::vector<LayerCost> layers;
  std::vector<SharedFunctions> shared_code;  // the largest first
  std::size_t other_code_bytes = 0;          // for no layer: what describes inputs and outputs, rows between layers
  std::uint64_t between =
      0;  // instructions outside of layers: taking rows from one to the next, where they run by rows
};

/// Bytes of all constants, as the C package stores them: equal ones once.
std::size_t constant_bytes(const Executable& executable);

/// Builds and runs the model once more, with calls between the layers that tell the emulator which one runs: they take
/// a few instructions each, which are counted, so that the sum is a little more than the model's own count. Of the
/// first invocation in `inputs`. The code is that of `firmware`, the model's as it is, in the folder where it was
/// built.
LayerCosts measure_layers(const Graph& graph, const Board& board, Optimize optimize, const LowerOptions& lower_options,
                          const MemoryOptions& memory, const std::vector<Bytes>& inputs, const Firmware& firmware);

}  // namespace thimble
