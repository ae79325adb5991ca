#include "ops/copy.h"

namespace thimble {

KernelCall copy_call(const NodeView& node) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  require(input.bytes() == output.bytes() && input.type == output.type, "'{}' ({} of {}) is no copy of '{}' ({} of {})",
          output.name, to_string(output.shape), name_of(output.type), input.name, to_string(input.shape),
          name_of(input.type));
  const thimble_copy_params params = {static_cast<std::int32_t>(input.bytes())};
  KernelCall call =
      kernel_call("thimble_copy", "kernel/copy", &thimble_copy, params, {in(node.input_id(0)), out(node.output_id(0))});
  call.in_place = {node.input_id(0)};
  call.copy = true;
  return call;
}

KernelCall constant_call(const NodeView& node, KernelConstant value) {
  const thimble_copy_params params = {static_cast<std::int32_t>(value.data->size())};
  KernelCall call =
      kernel_call("thimble_copy", "kernel/copy", &thimble_copy, params, {constant(0), out(node.output_id(0))});
  call.constants = {std::move(value)};
  return call;
}

}  // namespace thimble
