#include "passes/pipeline.h"

#include <span>

#include "ir/verify.h"
#include "passes/passes.h"

namespace thimble {
namespace {

struct Pass {
  const char* name;
  void (*run)(Graph&);
};

constexpr Pass kSimplify[] = {
    {"fold_constants", fold_constants},
    {"remove_identities", remove_identities},
    {"fold_batch_normalization", fold_batch_normalization},
    {"expand_layers", [](Graph& graph) { expand_layers(graph); }},
    {"fuse_activations", fuse_activations},
    {"remove_dead_code", remove_dead_code},
};

constexpr Pass kToTrain[] = {
    {"fold_constants", fold_constants},
    {"remove_identities", remove_identities},
    {"fold_batch_normalization", fold_batch_normalization},
    {"expand_trainable_layers", expand_trainable_layers},
    {"fuse_activations", fuse_activations},
    {"remove_dead_code", remove_dead_code},
};

constexpr Pass kForBoards[] = {
    {"bytes_for_int4", bytes_for_int4},
    {"merge_pads", merge_pads},
    {"depthwise_as_convolution", depthwise_as_convolution},
};

void run(std::span<const Pass> passes, Graph& graph) {
  for (const Pass& pass : passes) {
    pass.run(graph);
    verify(graph, pass.name);
  }
}

}  // namespace

void simplify(Graph& graph) {
  verify(graph, "reading");
  run(kSimplify, graph);
}

void simplify_to_train(Graph& graph) {
  verify(graph, "reading");
  run(kToTrain, graph);
}

std::vector<WeightColumns> expand_for_chip(Graph& graph) {
  const std::vector<WeightColumns> columns = expand_layers(graph);
  fuse_activations(graph);
  verify(graph, "expand_layers");
  return columns;
}

void simplify_for_board(Graph& graph, const LowerOptions& options) {
  run(kForBoards, graph);
  fold_constant_channels(graph, options);
  verify(graph, "fold_constant_channels");
}

}  // namespace thimble
