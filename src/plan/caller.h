// Memory that is the caller's: a model's inputs are read there, its outputs written there.
#pragma once

#include <vector>

#include "plan/program.h"

namespace thimble {

/// What has no place in the arena. Inputs stay where the caller has them, such as in flash, and are never written to;
/// outputs are made where the caller wants them, and may hold what they are made from before.
struct CallerMemory {
  bool inputs = false;
  bool outputs = false;

  bool any() const { return inputs || outputs; }
  /// "inputs and outputs": those that are the caller's; "" if none are.
  const char* names() const { return !any() ? "" : !outputs ? "inputs" : inputs ? "inputs and outputs" : "outputs"; }
};

/// The caller's buffers: one for each graph input, if inputs are the caller's, then one for each output, likewise.
/// `first_output_buffer` is the number of output 0's.
int first_output_buffer(const Graph& graph, CallerMemory caller);
int count_buffers(const Graph& graph, CallerMemory caller);

/// By tensor: the caller's buffer that it lies in; -1: none, it is in the arena. What a step copies unchanged from an
/// input lies there, too, and what a step copies unchanged or computes in place to become an output lies in that one's.
/// An output that is a graph input, a constant, a state, or an output for the second time, is in none: it must be
/// copied to its buffer.
std::vector<int> caller_buffers(const Graph& graph, const Program& program, CallerMemory caller);

}  // namespace thimble
