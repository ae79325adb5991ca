// Runs a stream of a plan (kernel/stream.h) on the host, with the portable kernels.
#pragma once

#include <vector>

#include "plan/plan.h"

namespace thimble {

class StreamRunner {
 public:
  /// `arena` is that of `plan`; all must outlive the runner.
  StreamRunner(const Graph& graph, const Plan& plan, const Stream& stream, void* arena);

  void run();

 private:
  struct BoundCall {
    const KernelCall* call;
    std::vector<void*> pointers;
  };
  BoundCall bind(const KernelCall& call, void* scratch) const;
  void run_row(int stage, int row, const void* input, const void* other, void* output);

  const Graph& graph_;
  const Plan& plan_;
  const Stream& stream_;
  std::uint8_t* arena_;
  std::vector<void*> of_caller_;  // buffers
  std::vector<thimble_stream_buffer> buffers_;
  std::vector<thimble_stream_stage> stages_;
  std::vector<thimble_stream_rows> in_memory_;
  std::vector<std::int16_t> done_;
  std::vector<BoundCall> before_, rows_, after_;
};

}  // namespace thimble
