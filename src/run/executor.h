// Runs a graph on the host: with the very kernels that go to the device, or with bodies of them made for this CPU.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "ops/aligned_bytes.h"
#include "plan/plan.h"
#include "run/stream_runner.h"

namespace thimble {

/// A graph lowered and planned: what executors on several threads share.
struct Executable {
  Graph graph;
  Program program;
  Plan plan;
  std::vector<std::optional<HostKernel>> host = {};  // for each step of the program; empty: the portable kernels
};

/// Which bodies run: those made for this CPU where there are some, or the portable kernels that go to the device.
enum class HostKernels { kBest, kPortable };

/// The most bytes of activations that a model may need: far beyond any microcontroller, and a bound on what a damaged
/// file can ask for.
inline constexpr std::size_t kMostArenaBytes = std::size_t{128} << 20;

/// Throws InputError when an operator has no kernel for the types at hand, and when more than kMostArenaBytes are
/// needed.
std::shared_ptr<const Executable> prepare(Graph graph, const LowerOptions& lower_options = {},
                                          const PlanOptions& plan_options = {},
                                          HostKernels kernels = HostKernels::kBest);

class Executor {
 public:
  explicit Executor(std::shared_ptr<const Executable> executable);

  const Graph& graph() const { return executable_->graph; }

  /// The memory of graph input or output `index`: Tensor::bytes() bytes. Fill all inputs before each invoke: their
  /// memory may be reused in it.
  std::span<std::uint8_t> input(int index);
  std::span<const std::uint8_t> output(int index) const;
  /// The memory of any tensor; after invoke it holds the tensor's value only if the plan was made without reuse.
  std::span<const std::uint8_t> value(TensorId id) const;

  void invoke();
  /// Sets all state (variable tensors) to zero: its quantized zero.
  void reset();

 private:
  struct BoundStep {
    const KernelCall* call = nullptr;
    const HostKernel* host = nullptr;  // or null
    std::vector<void*> pointers = {};
    std::shared_ptr<StreamRunner> stream = nullptr;  // or null; then there is nothing else
  };
  void* address(TensorId id);

  std::shared_ptr<const Executable> executable_;
  AlignedBytes arena_;
  AlignedBytes host_scratch_;
  std::vector<BoundStep> steps_;
};

}  // namespace thimble
