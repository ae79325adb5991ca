// How an operator is trained through: float forward and gradient for a whole batch, or for a shard of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace thimble {

class NodeView;

/// The memory that one execution of a node works on. Activations are [batch, ...the graph's shape without its leading
/// 1]; parameters (constant inputs) have the graph's shape. No two buffers overlap.
struct TrainBuffers {
  int batch = 0;                          // samples
  std::vector<const float*> inputs = {};  // one an input; null: absent, or not float (a shape, a list of axes)
  float* output = nullptr;
  /// backward only: the gradient of the loss by the output. Nobody reads it afterwards: backward may overwrite it.
  float* output_gradient = nullptr;
  /// backward only: the gradient of the loss by input i is written (not added) here; null: not wanted.
  std::vector<float*> input_gradients = {};
  /// `workspace` floats of the node's own, kept from forward to backward.
  float* workspace = nullptr;
  /// Parameters that forward changes in training (BatchNormalization's moving averages): same as inputs, writable.
  std::vector<float*> state = {};
  bool training = true;    // false: as at inference
  std::uint64_t seed = 0;  // differs for each node, step and shard: for Dropout
  /// Nodes with `whole_batch`: the call does share `part` of `parts` of the work, beside the others. Which share that
  /// is must not change the result.
  int part = 0;
  int parts = 1;
};

/// What computes one node, made once before training: everything that depends only on shapes and attributes is inside.
struct TrainCall {
  std::size_t workspace = 0;  // floats
  std::function<void(const TrainBuffers&)> forward = {};
  std::function<void(const TrainBuffers&)> backward = {};
  /// The node's output depends on more than one sample (BatchNormalization): it is run for the whole batch at once.
  bool whole_batch = false;
  /// The output is input 0 in another shape: both share memory, and there is nothing to run.
  bool view = false;
};

struct TrainKernels {
  /// For at most `batch` samples at a time. Throws InputError when the node cannot be trained through as it is.
  TrainCall (*compile)(const NodeView&, int batch) = nullptr;
  /// Each output is the greatest of some inputs: it makes no difference whether a fused activation comes before or
  /// behind, where there is less to do.
  bool selects_greatest = false;
};

}  // namespace thimble
