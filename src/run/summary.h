// What a model consists of and costs: its layers, parameters, multiply-accumulates, and memory over time.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "run/executor.h"

namespace thimble {

struct LayerSummary {
  std::string op;    // TFLite's name
  std::string name;  // of the layer, or of its first output
  Shape shape;       // of the first output, as are the following
  Type type = Type::kFloat32;
  float scale = 0.0F;  // 0: not quantized
  int zero_point = 0;
  std::int64_t parameters = 0;  // elements of the constants that no layer before has read
  std::int64_t macs = 0;        // multiply-accumulates of one invocation
  std::size_t arena_bytes = 0;  // in use while the layer runs: the most of its steps
};

struct ModelSummary {
  std::vector<LayerSummary> layers;
  std::int64_t parameters = 0;
  std::int64_t macs = 0;
  std::size_t weights_bytes = 0;       // constants that the kernels read, equal ones once, as the generated C has them
  std::size_t arena_bytes = 0;         // all of the arena, gaps between allocations included
  int peak_layer = -1;                 // where the most of the arena is in use; -1: there are no layers
  Type weights_type = Type::kFloat32;  // of most bytes of the weights
};

ModelSummary summarize(const Executable& executable);

}  // namespace thimble
