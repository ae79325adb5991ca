// How an operator is trained through: float forward and gradient for a whole batch, or for a shard of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace thimble {

class NodeView;

/// The samples of a batch, where a call reads them itself.
class SampleReader {
 public:
  virtual ~SampleReader() = default;
  /// The values of a sample from `first` on, as many as `out` holds.
  virtual void read(int sample, std::size_t first, std::span<float> out) const = 0;
  /// Likewise the bytes that they are made of, times scale(); null if they are not made of bytes.
  virtual const std::uint8_t* bytes(int sample, std::size_t first) const = 0;
  virtual float scale() const = 0;
  /// Has the CPU fetch those of the sample that will take its place in the next batch.
  virtual void fetch_next(int sample, std::size_t first, std::size_t count) const = 0;
};

struct SampleRange {
  int first = 0;
  int end = 0;
};

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
  /// `scratch` floats, of which nothing is kept from one call to the next.
  float* scratch = nullptr;
  /// Parameters that forward changes in training (BatchNormalization's moving averages): same as inputs, writable.
  std::vector<float*> state = {};
  bool training = true;    // false: as at inference
  std::uint64_t seed = 0;  // differs for each node and step: for Dropout
  int first_sample = 0;    // of these samples in the batch
  /// Nodes with `sums`. The calls that make them: where these samples' go; the others: the whole batch's, of forward
  /// and of backward, and its number of samples.
  double* sums = nullptr;
  const double* forward_sums = nullptr;
  const double* backward_sums = nullptr;
  int whole_batch = 0;
  /// Nodes with `whole_batch`: the call does share `part` of `parts` of the work, beside the others. Which share that
  /// is must not change the result.
  int part = 0;
  int parts = 1;
  /// Of these samples of the batch: the calls for all of them may come in any order, each but the last of the batch for
  /// whole blocks of TrainCall::block samples. Backward comes when forward is done for all.
  SampleRange range = {};
  /// Calls with `reads_samples`: instead of inputs[0].
  const SampleReader* samples = nullptr;
};

/// What computes one node, made once before training: everything that depends only on shapes and attributes is inside.
struct TrainCall {
  std::size_t workspace = 0;  // floats
  std::size_t scratch = 0;    // floats
  std::function<void(const TrainBuffers&)> forward = {};
  std::function<void(const TrainBuffers&)> backward = {};
  /// The node's output depends on all samples of the batch, through so many sums over them (BatchNormalization). In
  /// training make_forward_sums() runs for all samples before forward() does for any, and likewise in backward.
  std::size_t sums = 0;
  std::function<void(const TrainBuffers&)> make_forward_sums = {};
  std::function<void(const TrainBuffers&)> make_backward_sums = {};
  /// Called once a step, by one thread, when the sums of forward are there: for state that depends on them. Or null.
  std::function<void(const TrainBuffers&)> use_forward_sums = {};
  /// What backward reads of forward's values; make_backward_sums() reads the inputs in any case.
  bool reads_inputs = true;
  bool reads_output = true;
  /// Forward costs little, and may run once more in backward instead of its output being kept.
  bool cheap = false;
  /// It is run for the whole batch at once, shared out among the threads.
  bool whole_batch = false;
  /// The output is input 0 in another shape: both share memory, and there is nothing to run.
  bool view = false;
  /// Input 0 is the model's, and the call reads it through TrainBuffers::samples, what it needs of it.
  bool reads_samples = false;
  int block = 1;  // samples
  /// With whole_batch: when a part of backward is done for all samples, by the same thread.
  std::function<void(const TrainBuffers&)> complete = {};
  /// With whole_batch: part i of n makes of the last input's gradient the floats from first_float(i, n) on to
  /// first_float(i + 1, n), and reads no others of that input.
  std::function<std::size_t(int part, int parts)> first_float = {};
  /// With whole_batch: adds up what a process's part of backward, which its threads have shared out, has made of the
  /// other inputs' gradients; for one thread.
  std::function<void(const TrainBuffers&)> finish = {};
};

/// The first nodes of a model as two calls. The first is for the whole batch and reads the samples itself. It makes
/// `sums` floats a sample, which `end` reads.
struct TrainFront {
  TrainCall call;  // of the graph's input, then of the parameters `inputs`; the last of them is kept transposed
  TrainCall end;   // of the sums, and of the parameter `end_input`
  std::vector<std::int32_t> inputs;
  std::int32_t end_input;
  std::size_t sums;
  int packed;  // floats from one row of the transposed parameter to the next
};

struct TrainKernels {
  /// For at most `batch` samples at a time. Throws InputError when the node cannot be trained through as it is.
  TrainCall (*compile)(const NodeView&, int batch) = nullptr;
  /// Each output is the greatest of some inputs: it makes no difference whether a fused activation comes before or
  /// behind, where there is less to do.
  bool selects_greatest = false;
  /// The node does what a fused activation of that name does in the node before it; null: no.
  const char* activation = nullptr;
  /// compile reads the attribute "activation" though the operator has none: NONE if it is not there.
  bool takes_activation = false;
  /// One front of `chain`, this node and the two that follow, each the only reader of the one before; none where there
  /// is no such kernel. Null: never.
  std::optional<TrainFront> (*compile_front)(std::span<const NodeView> chain, int batch) = nullptr;
};

}  // namespace thimble
