#include "ops/requantize_call.h"

#include <utility>

#include "kernel/requantize.h"
#include "ops/checks.h"

THIMBLE_PARAMS(thimble_requantize_params, count, input_offset, requant, output_offset, output_min, output_max)
THIMBLE_PARAMS(thimble_clamp_f32_params, count, min, max)

// The first three arguments of kernel_call.
#define SHARED_KERNEL(function) #function, "kernel/requantize", &function

namespace thimble {
namespace {

KernelCall call_for_types(Type from, Type to, const thimble_requantize_params& p, const std::vector<Operand>& o) {
  using enum Type;
  const std::pair<Type, Type> types = {from, to};
  if (types == std::pair{kInt8, kInt8}) return kernel_call(SHARED_KERNEL(thimble_requantize_s8_s8), p, o);
  if (types == std::pair{kInt8, kUint8}) return kernel_call(SHARED_KERNEL(thimble_requantize_s8_u8), p, o);
  if (types == std::pair{kInt8, kInt16}) return kernel_call(SHARED_KERNEL(thimble_requantize_s8_s16), p, o);
  if (types == std::pair{kInt8, kInt32}) return kernel_call(SHARED_KERNEL(thimble_requantize_s8_s32), p, o);
  if (types == std::pair{kUint8, kInt8}) return kernel_call(SHARED_KERNEL(thimble_requantize_u8_s8), p, o);
  if (types == std::pair{kUint8, kUint8}) return kernel_call(SHARED_KERNEL(thimble_requantize_u8_u8), p, o);
  if (types == std::pair{kInt16, kInt8}) return kernel_call(SHARED_KERNEL(thimble_requantize_s16_s8), p, o);
  if (types == std::pair{kInt16, kInt16}) return kernel_call(SHARED_KERNEL(thimble_requantize_s16_s16), p, o);
  if (types == std::pair{kInt16, kInt32}) return kernel_call(SHARED_KERNEL(thimble_requantize_s16_s32), p, o);
  if (types == std::pair{kInt32, kInt8}) return kernel_call(SHARED_KERNEL(thimble_requantize_s32_s8), p, o);
  if (types == std::pair{kInt32, kInt16}) return kernel_call(SHARED_KERNEL(thimble_requantize_s32_s16), p, o);
  input_error("there is no kernel from {} to {}", name_of(from), name_of(to));
}

}  // namespace

KernelCall requantize_call(const NodeView& node, double factor, IntRange range) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  const thimble_requantize_params params = {static_cast<std::int32_t>(input.elements()),
                                            -input.zero_point(),
                                            quantize_multiplier(factor),
                                            output.zero_point(),
                                            range.min,
                                            range.max};
  KernelCall call = call_for_types(input.type, output.type, params, {in(node.input_id(0)), out(node.output_id(0))});
  if (size_of(input.type) == size_of(output.type)) call.in_place = {node.input_id(0)};
  return call;
}

KernelCall clamp_integers_call(const NodeView& node, const std::string& activation) {
  const Tensor& input = node.input(0);
  require_per_tensor(input);
  const auto [min, max] = activation_range(activation, input);
  const thimble_requantize_params params = {
      static_cast<std::int32_t>(input.elements()), 0, quantize_multiplier(1.0), 0, min, max};
  KernelCall call =
      call_for_types(input.type, node.output(0).type, params, {in(node.input_id(0)), out(node.output_id(0))});
  call.in_place = {node.input_id(0)};
  return call;
}

KernelCall clamp_call(const NodeView& node, FloatRange range) {
  const thimble_clamp_f32_params params = {static_cast<std::int32_t>(node.input(0).elements()), range.min, range.max};
  KernelCall call =
      kernel_call(SHARED_KERNEL(thimble_clamp_f32), params, {in(node.input_id(0)), out(node.output_id(0))});
  call.in_place = {node.input_id(0)};
  return call;
}

std::vector<KernelCall> relu_calls(const NodeView& node, const std::string& activation) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  if (input.type == Type::kFloat32) return {clamp_call(node, activation_range(activation))};
  require_per_tensor(input);
  require_per_tensor(output);
  const double factor = double{input.scale() / output.scale()};
  return {requantize_call(node, factor, activation_range(activation, output))};
}

}  // namespace thimble
