// How an operator is trained through: float forward and gradient for a whole batch, or for a shard of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace thimble {

class NodeView;

/// The memory that one execution of a node works on. Activations are [batch, ...the graph's shape without its leading
/// 1]; parameters (constant inputs) have the graph's shape.
struct TrainBuffers {
  int batch = 0;                     // samples
  std::vector<const float*> inputs;  // one an input; null: absent
  float* output = nullptr;
  const float* output_gradient = nullptr;  // backward only
  /// backward only: the gradient of the loss by input i is ADDED to input_gradients[i]; null: not wanted.
  std::vector<float*> input_gradients;
  /// `workspace` floats of the node's own, kept from forward to backward.
  float* workspace = nullptr;
  /// Parameters that forward changes in training (BatchNormalization's moving averages): same as inputs, writable.
  std::vector<float*> state;
  bool training = true;    // false: as at inference
  std::uint64_t seed = 0;  // differs for each node, step and shard: for Dropout
};

struct TrainKernels {
  /// Floats of workspace for `batch` samples; null: none.
  std::size_t (*workspace)(const NodeView&, int batch) = nullptr;
  void (*forward)(const NodeView&, const TrainBuffers&) = nullptr;
  void (*backward)(const NodeView&, const TrainBuffers&) = nullptr;
  /// The node's output depends on more than one sample (BatchNormalization): it is run once for the whole batch.
  bool whole_batch = false;
};

}  // namespace thimble
