// What operators share that treat each element alone.
#pragma once

#include "kernel/elementwise.h"
#include "ops/op.h"

THIMBLE_PARAMS(thimble_elementwise_params, count)

namespace thimble {

/// One output of the input's type and shape.
inline std::vector<TensorSpec> infer_same(const NodeView& node) { return {{node.input(0).type, node.input(0).shape}}; }

/// Calls `function`, a kernel of one operand. It may write over its input.
template <typename Input, typename Output>
KernelCall elementwise_call(const NodeView& node, const char* symbol, const char* source,
                            void (*function)(const thimble_elementwise_params*, const Input*, Output*)) {
  const thimble_elementwise_params params = {static_cast<std::int32_t>(node.output(0).elements())};
  KernelCall call = kernel_call(symbol, source, function, params, {in(node.input_id(0)), out(node.output_id(0))});
  if (sizeof(Input) == sizeof(Output)) call.in_place = {node.input_id(0)};
  return call;
}

}  // namespace thimble
