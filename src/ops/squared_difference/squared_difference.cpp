// SQUARED_DIFFERENCE: (a - b)^2 of two operands, broadcast.
#include "ops/squared_difference/squared_difference_kernel.h"

#include <algorithm>

#include "ops/broadcast.h"
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_squared_difference_f32_params, broadcast)
THIMBLE_PARAMS(thimble_squared_difference_params, broadcast, left_shift, offset_a, offset_b, requant_a, requant_b,
               requant_output, output_offset)

namespace thimble {
extern const Op squared_difference_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& a = node.input(0);
  require_type(a, {Type::kFloat32, Type::kInt8, Type::kInt16});
  require_type(node.input(1), {a.type});
  return {{a.type, broadcast_shape(a.shape, node.input(1).shape)}};
}

thimble_squared_difference_params int_params(const NodeView& node) {
  const Tensor& a = node.input(0);
  const Tensor& b = node.input(1);
  const Tensor& output = node.output(0);
  for (const Tensor* tensor : {&a, &b, &output}) require_per_tensor(*tensor);
  const int left_shift = output.type == Type::kInt16 ? 0 : 7;
  const double common = 2.0 * double{std::max(a.scale(), b.scale())};
  const float output_step = static_cast<float>(1 << (2 * left_shift)) * output.scale();
  return {broadcast_of(node),
          left_shift,
          -a.zero_point(),
          -b.zero_point(),
          quantize_multiplier(double{a.scale()} / common),
          quantize_multiplier(double{b.scale()} / common),
          quantize_multiplier(common * common / double{output_step}),
          output.zero_point()};
}

KernelCall lower_call(const NodeView& node) {
  const std::vector<Operand> operands = {in(node.input_id(0)), in(node.input_id(1)), out(node.output_id(0))};
  const Type type = node.input(0).type;
  if (type == Type::kFloat32) {
    const thimble_squared_difference_f32_params params = {broadcast_of(node)};
    return kernel_call(KERNEL_OF("squared_difference", thimble_squared_difference_f32), params, operands);
  }
  if (type == Type::kInt8) {
    return kernel_call(KERNEL_OF("squared_difference", thimble_squared_difference_s8), int_params(node), operands);
  }
  return kernel_call(KERNEL_OF("squared_difference", thimble_squared_difference_s16), int_params(node), operands);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  KernelCall call = lower_call(node);
  call.in_place = overwritable_inputs(node);
  return {call};
}

int tflite_version(const NodeView& node) { return node.input(0).quantization.present() ? 2 : 1; }

}  // namespace

const Op squared_difference_op = {
    .name = "SQUARED_DIFFERENCE",
    .summary = "(a - b)^2 with broadcasting",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true},
    .tflite = {.builtin = 99, .max_version = 2, .options_type = 76, .version = tflite_version},
};

}  // namespace thimble
