// What is done with a model file that nobody vouches for: hostile_test.cpp and fuzz/ do the same.
#pragma once

#include "io/tflite.h"
#include "passes/pipeline.h"
#include "run/batch.h"

namespace thimble {

/// Multiply-accumulates and outputs of a model that is run: what stays quick.
inline constexpr std::int64_t kMostWork = 5'000'000;

inline std::int64_t work_of(const Graph& graph) {
  std::int64_t work = 0;
  for (const Node& node : graph.nodes) {
    const Op& op = op_of(node);
    work += op.macs ? op.macs(NodeView(graph, node)) : 0;
    for (const TensorId id : node.inputs) work += id == kNoTensor ? 0 : graph.tensor(id).elements();
    for (const TensorId id : node.outputs) work += graph.tensor(id).elements();
  }
  return work;
}

/// Reads, simplifies, plans and, when it is small, runs. Throws InputError.
inline void try_model(Bytes file) {
  Graph graph = read_tflite(std::move(file));
  simplify(graph);
  const bool small = work_of(graph) <= kMostWork;
  const auto executable = prepare(std::move(graph));
  if (small) Executor(executable).invoke();
}

}  // namespace thimble
