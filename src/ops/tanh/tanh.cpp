// TANH: The hyperbolic tangent; the scale of quantized results is fixed.
#include "ops/tanh/tanh_kernel.h"

#include <cmath>

#include "kernel/fixed_exp.h"
#include "ops/checks.h"
#include "ops/lut.h"
#include "ops/op.h"
#include "ops/requantize.h"
#include "ops/sigmoid16.h"

THIMBLE_PARAMS(thimble_tanh_params, count, multiplier, shift)

namespace thimble {
extern const Op tanh_op;
extern const TrainKernels tanh_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8, Type::kInt16});
  return infer_same(node);
}

/// A table of TFLite's fixed-point arithmetic, which works in Q4.27.
KernelCall lower_8_bits(const NodeView& node) {
  constexpr int kIntegerBits = 4;
  const Tensor& input = node.input(0);
  require(node.output(0).zero_point() == 0, "'{}' has zero point {}, expected 0", node.output(0).name,
          node.output(0).zero_point());
  const thimble_requant requant = quantize_multiplier(double{input.scale()} * (1 << (31 - kIntegerBits)));
  const double range = double{(1 << kIntegerBits) - 1} * (1 << (31 - kIntegerBits)) / std::ldexp(1.0, requant.shift);
  const int radius = static_cast<int>(std::min(std::floor(range), 1e9));
  return table_call(node, [&](int q) {
    const int x = q - input.zero_point();
    if (x <= -radius) return -128;
    if (x >= radius) return 127;
    const std::int32_t scaled = thimble_multiply(x, requant.multiplier, requant.shift);
    return thimble_rounding_shift(thimble_tanh(scaled), 31 - 7);
  });
}

KernelCall lower_16_bits(const NodeView& node) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  require(input.zero_point() == 0 && output.zero_point() == 0, "16-bit tensors must have zero point 0");
  require(log2_of_power(output.scale(), output.name) == -15, "'{}' must have scale 2^-15", output.name);
  const SigmoidScale scale = sigmoid_scale(input, true);
  const thimble_tanh_params params = {static_cast<std::int32_t>(output.elements()), scale.multiplier, scale.shift};
  KernelCall call = kernel_call(KERNEL_OF("tanh", thimble_tanh_s16), params,
                                {in(node.input_id(0)), in_flash(constant(0)), out(node.output_id(0))});
  call.constants = {sigmoid_table()};
  call.in_place = {node.input_id(0)};
  return call;
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  if (node.input(0).type == Type::kFloat32) return {elementwise_call(node, KERNEL_OF("tanh", thimble_tanh_f32))};
  require_per_tensor(node.input(0));
  require_per_tensor(node.output(0));
  return {node.input(0).type == Type::kInt16 ? lower_16_bits(node) : lower_8_bits(node)};
}

}  // namespace

const Op tanh_op = {
    .name = "TANH",
    .summary = "tanh(x)",
    .infer = infer,
    .lower = lower,
    .rows = rows_alike,
    .quantization = {.supported = true,
                     .output = OutputRange::kFixed,
                     .int8_scale = 1.0f / 128,
                     .int8_zero_point = 0,
                     .int16_scale = 1.0f / 32768},
    .tflite = {.builtin = 28, .max_version = 3},
    .train = &tanh_train,
};

}  // namespace thimble
