// LOG_SOFTMAX: over the innermost dimension.
#include <algorithm>
#include <cmath>

#include "ops/checks.h"
#include "ops/log_softmax/log_softmax_kernel.h"
#include "ops/op.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_log_softmax_f32_params, rows, depth)
THIMBLE_PARAMS(thimble_log_softmax_params, rows, depth, requant, reverse, diff_min)

namespace thimble {
extern const Op log_softmax_op;
namespace {

int depth(const NodeView& node) { return node.input(0).shape.back(); }
int rows(const NodeView& node) { return static_cast<int>(node.input(0).elements() / depth(node)); }

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& input = node.input(0);
  require_type(input, {Type::kFloat32, Type::kInt8});
  require(!input.shape.empty() && depth(node) > 0, "'{}' is {}, expected values", input.name, to_string(input.shape));
  return {{input.type, input.shape}};
}

/// The kernel has an output scale of its own, which the tensor must state.
thimble_log_softmax_params int_params(const NodeView& node) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  require_per_tensor(input);
  require_per_tensor(output);
  require(output.scale() == 1.0f / 16 && output.zero_point() == 127,
          "'{}' has scale {} and zero point {}, expected 0.0625 and 127", output.name, output.scale(),
          output.zero_point());
  constexpr int kIntegerBits = 5;
  const double factor = std::min(double{input.scale()} * (1 << (31 - kIntegerBits)), 2147483647.0);
  require(factor > 1.0, "the scale of '{}' is too small", input.name);
  thimble_requant requant = quantize_multiplier(factor / 2.0);
  ++requant.shift;
  const thimble_requant reverse = quantize_multiplier(std::ldexp(1.0, 31 - requant.shift) / requant.multiplier);
  const double radius = double{(1 << kIntegerBits) - 1} * (1 << (31 - kIntegerBits)) / std::ldexp(1.0, requant.shift);
  return {rows(node), depth(node), requant, reverse, -static_cast<std::int32_t>(std::floor(radius))};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const std::vector<Operand> operands = {in(node.input_id(0)), out(node.output_id(0))};
  const thimble_log_softmax_f32_params floats = {rows(node), depth(node)};
  KernelCall call = node.input(0).type == Type::kFloat32
                        ? kernel_call(KERNEL_OF("log_softmax", thimble_log_softmax_f32), floats, operands)
                        : kernel_call(KERNEL_OF("log_softmax", thimble_log_softmax_s8), int_params(node), operands);
  call.in_place = {node.input_id(0)};
  return {call};
}

int tflite_version(const NodeView& node) { return node.input(0).type == Type::kInt8 ? 2 : 1; }

}  // namespace

const Op log_softmax_op = {
    .name = "LOG_SOFTMAX",
    .summary = "Logarithm of softmax over the innermost dimension",
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 50, .max_version = 2, .options_type = 36, .version = tflite_version},
};

}  // namespace thimble
