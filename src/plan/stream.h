// Chains of layers that run row by row (kernel/stream.h): which steps, over which buffers, with how many rows.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "kernel/stream.h"
#include "ops/rows.h"
#include "plan/caller.h"

namespace thimble {

/// Rows of a feature map.
struct StreamBuffer {
  TensorId tensor = kNoTensor;
  bool whole = false;      // the tensor lies in memory with all its rows: what the stream starts from or ends with
  bool copied = false;     // of a buffer of the caller's, with room for padding
  bool passing = false;    // its one row is read by the very next step, and gone
  std::size_t offset = 0;  // in the stream's scratch, unless it is whole
  thimble_stream_buffer rows{};  // without the offset in the arena
  std::size_t bytes() const {
    return static_cast<std::size_t>(rows.capacity) * static_cast<std::size_t>(rows.row_bytes);
  }
  /// Of padding that a whole map has before and after it.
  std::size_t bytes_before() const {
    return static_cast<std::size_t>(rows.pad_top) * static_cast<std::size_t>(rows.row_bytes);
  }
  std::size_t bytes_after() const {
    return static_cast<std::size_t>(rows.pad_bottom) * static_cast<std::size_t>(rows.row_bytes);
  }
};

/// Steps `first` to `last` may write their output over their input while they read it, if the output begins at least
/// `distance` bytes before the input, and nothing else reads that.
struct Overlap {
  TensorId input = kNoTensor;
  TensorId output = kNoTensor;
  std::ptrdiff_t distance = 0;
  int first = 0;
  int last = 0;
};

struct StreamStage {
  int step = 0;  // of the program, that it stands for
  thimble_stream_stage rows{};
  KernelCall call;                       // computes one row, or takes one in
  std::optional<KernelCall> begin, end;  // of a stage without an output
  int advancing = -1;                    // RowSink
  std::size_t advance = 0;
};

/// Steps first_step to last_step of a program, run together. Its scratch holds first what a sink keeps, then the rows
/// of all buffers that are not whole, then the scratch of the row that is being computed.
struct Stream {
  int first_step = 0;
  int last_step = 0;
  std::vector<StreamBuffer> buffers;
  std::vector<StreamStage> stages;
  std::size_t sink_bytes = 0;
  std::size_t call_offset = 0;  // of the scratch of a row, in the stream's
  std::size_t scratch_bytes = 0;
  std::vector<Overlap> overlaps;  // of whole maps that it reads with those that it makes
};

/// Whether an operand of a stage's call that varies from row to row is its first input, or the other one.
bool reads_first(const Stream& stream, const StreamStage& stage, const Operand& operand);

/// The calls for one row of steps, as far as they are known.
using RowCalls = std::map<int, std::optional<KernelCall>>;

/// Makes streams of a program, whose steps it lowers for a row but once.
class StreamFactory {
 public:
  /// All must outlive it.
  StreamFactory(const Graph& graph, const Program& program, const LowerOptions& options, CallerMemory caller = {})
      : graph_(graph), program_(program), options_(options), buffers_(caller_buffers(graph, program, caller)) {}

  /// The longest stream from step `first` on that ends with `last` or before; none of less than two stages.
  std::optional<Stream> make(int first, int last);

 private:
  const Graph& graph_;
  const Program& program_;
  const LowerOptions& options_;
  const std::vector<int> buffers_;
  RowCalls calls_;
};

/// The longest chains from the front on. Streams of less than two steps are left out.
std::vector<Stream> find_streams(const Graph& graph, const Program& program, const LowerOptions& options,
                                 CallerMemory caller = {});

}  // namespace thimble
