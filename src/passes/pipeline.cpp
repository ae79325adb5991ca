#include "passes/pipeline.h"

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
    {"expand_layers", expand_layers},
    {"fuse_activations", fuse_activations},
    {"remove_dead_code", remove_dead_code},
};

}  // namespace

void simplify(Graph& graph) {
  verify(graph, "reading");
  for (const Pass& pass : kSimplify) {
    pass.run(graph);
    verify(graph, pass.name);
  }
}

}  // namespace thimble
