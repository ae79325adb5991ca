// .tflite files <-> Graph.
#pragma once

#include "base/file_system.h"
#include "ir/graph.h"

namespace thimble {

/// The model's first subgraph. What was computed by the file's own word is checked against what its operators infer. A
/// dimension that may vary gets the extent that the file gives for it (a batch of 1). Throws InputError, naming the
/// tensor or operator at fault.
Graph read_tflite(Bytes file);

/// A file that LiteRT and TFLM run. Throws InputError when an operator of the graph has no place in the format.
Bytes write_tflite(const Graph& graph);

}  // namespace thimble
