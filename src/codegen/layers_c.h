// The C text of the layers that share one body of a kernel: what is the same in all of them is told to the compiler,
// which folds it; the rest lies in a table, each number in as few bytes as it needs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "codegen/c_text.h"
#include "ops/kernel_call.h"

namespace thimble {

/// A pointer that a layer's call takes: `offset` bytes into the arena, or what `constant` names.
struct LayerPointer {
  std::optional<std::size_t> offset;
  std::string constant;
  bool operator==(const LayerPointer&) const = default;
};

/// A call of a kernel.
struct LayerCall {
  const KernelCall* call;
  std::vector<LayerPointer> pointers;
  std::string comment;
};

struct LayersText {
  std::string functions;  // one for each kernel, and its table
  std::string calls;      // of these functions, in the order of the layers
};

LayersText layers_c(const std::vector<LayerCall>& layers, Identifiers& identifiers);

}  // namespace thimble
