// Where in memory each tensor of a program lives: one arena, whose parts are reused as soon as their contents are no
// longer read. The executor and the code generator both follow the plan.
#pragma once

#include <cstddef>
#include <vector>

#include "base/error.h"
#include "plan/stream.h"

namespace thimble {

/// A piece of the arena. Lives in steps first..last; -1 is before the first step (graph inputs), the number of steps is
/// after the last one (graph outputs, state).
struct Allocation {
  std::vector<TensorId> tensors;  // those that share it, in the order of their lives; empty: scratch of step `first`
  std::size_t offset = 0;
  std::size_t bytes = 0;
  int first = 0;
  int last = 0;
  std::size_t before = 0;  // of these bytes, those before its tensors: room for padding (Stream)
};

struct Plan {
  std::vector<Allocation> allocations;
  std::size_t arena_bytes = 0;
  CallerMemory caller;
  std::vector<int> buffers;  // by TensorId: caller_buffers
  /// Where the host has the caller's buffers: one after the other behind the arena, in so many bytes.
  std::vector<std::ptrdiff_t> buffer_offsets;
  std::size_t buffer_bytes = 0;
  std::vector<std::ptrdiff_t> tensor_offsets;   // by TensorId; -1: nowhere (a constant, or never used)
  std::vector<std::ptrdiff_t> scratch_offsets;  // by step; -1: none
  std::vector<bool> elided;                     // by step: a copy whose input and output share memory, or in a stream
  /// Steps that run together, row by row. Their scratch is that of the first step; a tensor between them has a place
  /// for a few rows, or (StreamBuffer::passing) none of its own.
  std::vector<Stream> streams;
  std::vector<Overlap> overlaps;
};

/// More bytes are needed than PlanOptions::limit: `least` of them.
class NotEnoughRam : public InputError {
 public:
  NotEnoughRam(const std::string& message, std::size_t bytes) : InputError(message), least(bytes) {}
  std::size_t least;
};

struct PlanOptions {
  /// False: every tensor keeps a place of its own, so that all values can be looked at after the run.
  bool reuse = true;
  /// Whether layers may run row by row, where that needs less memory.
  bool by_rows = false;
  /// By rows: the fewest bytes; or, if there is a limit, the least work within it.
  std::optional<std::size_t> limit = {};
  /// Whether constants are packed, and unpacked before use (unpack.h).
  bool unpack = false;
  CallerMemory caller = {};
};

/// Every piece starts at a multiple of this, in bytes: enough for any element type and for the 32-bit loads of SIMD
/// kernels.
inline constexpr std::size_t kArenaAlignment = 8;
inline std::size_t aligned(std::size_t bytes) {
  return (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
}

/// `lower_options` are those that made the program: rows are lowered with them. Throws NotEnoughRam.
Plan make_plan(const Graph& graph, const Program& program, const PlanOptions& options = {},
               const LowerOptions& lower_options = {});

/// The plan in which the steps of `streams` run row by row.
Plan make_plan_with_streams(const Graph& graph, const Program& program, std::vector<Stream> streams,
                            CallerMemory caller = {});

/// Tensors that may share memory with one that they are made from, and by how much.
std::vector<Overlap> find_overlaps(const Graph& graph, const Program& program, const std::vector<Stream>& streams);

/// The stream that `step` belongs to, or null.
const Stream* stream_of(const std::vector<Stream>& streams, int step);

/// Bytes of the arena that hold something while `step` runs.
std::size_t bytes_in_use(const Plan& plan, int step);

/// Where a buffer of a stream lies in the arena: its row -pad_top. In one of the caller's: 0.
std::size_t offset_of(const Plan& plan, const Stream& stream, std::size_t buffer);

/// Throws InternalError if two allocations overlap in both time and space, or a tensor is used outside its life.
void verify(const Plan& plan, const Graph& graph, const Program& program);

}  // namespace thimble
