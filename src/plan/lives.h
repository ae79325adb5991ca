// When the tensors of a program are in the arena.
#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "plan/plan.h"

namespace thimble {

/// Steps in which each tensor of the arena is first and last touched.
struct Lives {
  std::vector<int> first;
  std::vector<int> last;

  /// `buffers` as caller_buffers gives them: what lies there is never in the arena.
  Lives(const Graph& graph, const Program& program, const std::vector<Stream>& streams, const std::vector<int>& buffers)
      : first(graph.tensors.size(), std::numeric_limits<int>::max()), last(graph.tensors.size(), -2) {
    const int end = static_cast<int>(program.size());
    for (const TensorId id : graph.inputs) touch(id, -1);
    for (int step = 0; step < end; ++step) {
      if (stream_of(streams, step)) continue;
      for (const Operand& operand : program[static_cast<std::size_t>(step)].call.operands) {
        const bool tensor = operand.kind == Operand::Kind::kInput || operand.kind == Operand::Kind::kOutput;
        if (tensor) touch(operand.index, step);
      }
    }
    for (const Stream& stream : streams) touch(stream);
    for (const TensorId id : graph.outputs) touch(id, end);
    for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
      if (!graph.tensors[i].variable) continue;
      touch(static_cast<TensorId>(i), -1);
      touch(static_cast<TensorId>(i), end);
    }
    for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
      if (buffers[i] < 0) continue;
      first[i] = std::numeric_limits<int>::max();
      last[i] = -2;
    }
  }

  /// All that a stream works on lives as long as it runs.
  void touch(const Stream& stream) {
    const auto touch_whole = [&](TensorId id) {
      touch(id, stream.first_step);
      touch(id, stream.last_step);
    };
    for (const StreamBuffer& buffer : stream.buffers) {
      if (buffer.whole) touch_whole(buffer.tensor);
    }
    for (const StreamStage& stage : stream.stages) {
      if (!stage.end) continue;
      for (const Operand& operand : stage.end->operands) {
        if (operand.kind == Operand::Kind::kOutput) touch_whole(operand.index);
      }
    }
  }

  void touch(TensorId id, int step) {
    const auto i = static_cast<std::size_t>(id);
    first[i] = std::min(first[i], step);
    last[i] = std::max(last[i], step);
  }
};

}  // namespace thimble
