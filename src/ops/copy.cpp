#include "ops/copy.h"

#include "kernel/copy.h"

THIMBLE_PARAMS(thimble_copy_params, bytes)

namespace thimble {

KernelCall copy_call(std::size_t bytes, Operand from, Operand to) {
  const thimble_copy_params params = {static_cast<std::int32_t>(bytes)};
  return kernel_call("thimble_copy", "kernel/copy", &thimble_copy, params, {from, to});
}

KernelCall copy_call(const NodeView& node) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  require(input.bytes() == output.bytes() && input.type == output.type, "'{}' ({} of {}) is no copy of '{}' ({} of {})",
          output.name, to_string(output.shape), name_of(output.type), input.name, to_string(input.shape),
          name_of(input.type));
  KernelCall call = copy_call(input.bytes(), in(node.input_id(0)), out(node.output_id(0)));
  call.in_place = {node.input_id(0)};
  call.copy = true;
  return call;
}

KernelCall constant_call(const NodeView& node, KernelConstant value) {
  KernelCall call = copy_call(value.data->size(), constant(0), out(node.output_id(0)));
  call.constants = {std::move(value)};
  return call;
}

}  // namespace thimble
