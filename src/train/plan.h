// The graph, planned for training: a flat list of kernel calls, and a place in memory for all that they work on.
#pragma once

#include <span>
#include <vector>

#include "ir/graph.h"
#include "ops/train_kernels.h"

namespace thimble {

/// How a batch is cut into shards, as equal as can be. It depends on nothing but the model and the size of the batch,
/// so that sums over shards have the same order, and so the same bits, for any number of threads.
struct Sharding {
  int batch = 0;    // samples at most
  int samples = 0;  // of a shard at most
  int shards = 0;

  Sharding() = default;
  /// `largest` is the number of floats of a sample's largest activation, `parameters`
  /// that of the trainable parameters. At least `least` shards, if there are as many samples.
  explicit Sharding(int batch_size, std::size_t largest = 1, std::size_t parameters = 0, int least = 4);
  int first(int shard) const;
  /// Samples of `shard` when the batch has only `count` of them; 0 or more.
  int size(int shard, int count) const;
};

/// Where values are, at `offset`, in floats.
struct TrainSlot {
  enum class Kind {
    kNone,
    kBatch,      // of all samples: + sample * `size`
    kJoint,      // likewise, in memory of all processes that run a step together
    kShards,     // of all shards: + shard * `size`
    kLocal,      // of the shard that a thread works on, in an arena of the thread's own
    kParameter,  // in the memory for parameters, or for the gradients of a shard
  };
  Kind kind = Kind::kNone;
  std::size_t offset = 0;
  std::size_t size = 0;  // floats of a sample, of a shard, or of the parameter
};

inline bool same(const TrainSlot& a, const TrainSlot& b) { return a.kind == b.kind && a.offset == b.offset; }

struct PlannedNode {
  TrainCall call;
  TensorId result = kNoTensor;  // what it makes
  std::vector<TrainSlot> inputs;
  std::vector<TrainSlot> input_gradients;
  std::vector<bool> state;  // inputs that forward may change
  TrainSlot output;
  TrainSlot output_gradient;
  TrainSlot workspace;
  std::size_t sums = 0;  // where its sums begin among those of all nodes: of forward, then of backward
};

struct PlannedSum {  // target += addend, of gradients
  TrainSlot target;
  TrainSlot addend;
};

struct TrainStep {
  enum class Kind {
    kRead,          // the samples into the input
    kForwardSums,   // node `index`
    kForward,       // node `index`
    kLoss,          // and its gradient by the output
    kForwardAgain,  // node `index`: its output was not kept
    kBackwardSums,  // node `index`
    kBackward,      // node `index`
    kAdd,           // sum `index`
  };
  Kind kind;
  int index = 0;
};

/// Steps without a barrier between them: all shards go through a stage before any enters the next one.
struct TrainStage {
  /// The one step is for all samples at once, and shared out among the threads.
  bool whole_batch = false;
  std::vector<TrainStep> steps;
  /// Steps of kind kForwardSums and kBackwardSums: what their shards have made is added up at the end.
  std::vector<TrainStep> sums;
};

/// Where a parameter is, in floats. A matrix may be kept transposed, with `packed` floats from row to row.
struct ParameterPlace {
  TensorId tensor;
  std::size_t offset;
  std::size_t count;        // of the tensor
  std::size_t floats = 0;   // that it takes here; those beyond `count` stay 0
  std::size_t columns = 0;  // of a matrix that is kept transposed; otherwise 0
  std::size_t packed = 0;

  /// Copies the tensor's values to their place in `memory`, which holds all parameters, and back.
  void put(std::span<const float> values, float* memory) const;
  std::vector<float> get(const float* memory) const;
};

struct ParameterRange {  // in floats
  std::size_t first = 0;
  std::size_t count = 0;
};

struct TrainPlan {
  Sharding sharding;
  std::size_t batch_arena = 0;  // floats
  std::size_t joint_arena = 0;  // floats
  std::size_t local_arena = 0;  // floats, for each thread: activations, then `scratch` floats
  std::size_t scratch = 0;
  std::size_t batch_sums = 0;     // numbers that nodes add up over the batch, of forward and backward
  std::vector<TrainSlot> inputs;  // of the model, in its order
  std::size_t sample = 0;         // floats of a sample: all inputs together
  std::vector<TrainSlot> outputs;
  std::vector<TrainSlot> output_gradients;
  std::vector<PlannedNode> nodes;
  std::vector<PlannedSum> sums;
  std::vector<TrainStage> training;
  std::vector<TrainStage> inference;
  /// The trainable parameters come first, with padding so that each begins on a cache line.
  std::vector<ParameterPlace> parameters;
  std::size_t trainable = 0;  // floats of the trainable ones
  std::size_t gradients = 0;  // floats of a shard's gradients: those, and what is added to those of shared weights
  /// The first of the trainable ones have only one gradient, which is with the first shard's: so many floats.
  std::size_t whole_batch_trainable = 0;
  std::size_t all = 0;  // floats of all

  /// The call for the whole batch that begins the model; null: there is none.
  const PlannedNode* front() const { return nodes.empty() || !nodes[0].call.whole_batch ? nullptr : &nodes[0]; }
  /// Of the trainable parameters, those that only part `part` of `parts` of the front reads and has the gradient of.
  ParameterRange of_front(int part, int parts) const;
};

/// Plans `graph` up to `outputs`. With `fuse`, nodes may be fused: then the input and some nodes' outputs do not exist
/// or are not kept, and parameters may be transposed; with `keep_input` the input does exist. Throws InputError when it
/// cannot be trained through.
TrainPlan plan_training(const Graph& graph, const std::vector<TensorId>& outputs, int batch, bool fuse = true,
                        int least_shards = 4, bool keep_input = false);

}  // namespace thimble
