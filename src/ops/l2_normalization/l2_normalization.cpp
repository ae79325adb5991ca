// L2_NORMALIZATION: over the innermost dimension.
#include <cmath>

#include "ops/checks.h"
#include "ops/l2_normalization/l2_normalization_kernel.h"
#include "ops/op.h"

THIMBLE_PARAMS(thimble_l2_normalization_params, rows, depth, input_offset)

namespace thimble {
extern const Op l2_normalization_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& input = node.input(0);
  require_type(input, {Type::kFloat32, Type::kInt8, Type::kUint8});
  require(!input.shape.empty() && input.shape.back() > 0, "'{}' is {}, expected values", input.name,
          to_string(input.shape));
  require(node.attributes().text("activation") == "NONE", "fused activation {} is not supported",
          node.attributes().text("activation"));
  return {{input.type, input.shape}};
}

/// The kernels have an output scale of their own, which the tensor must state.
void check_output(const NodeView& node) {
  const Tensor& output = node.output(0);
  require_per_tensor(node.input(0));
  require_per_tensor(output);
  const int zero_point = output.type == Type::kInt8 ? 0 : 128;
  require(std::abs(output.scale() - 1.0f / 128) < 1e-6f && output.zero_point() == zero_point,
          "'{}' has scale {} and zero point {}, expected 0.0078125 and {}", output.name, output.scale(),
          output.zero_point(), zero_point);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Tensor& input = node.input(0);
  const std::vector<Operand> operands = {in(node.input_id(0)), out(node.output_id(0))};
  const int depth = input.shape.back();
  const thimble_l2_normalization_params params = {static_cast<std::int32_t>(input.elements() / depth), depth,
                                                  -input.zero_point()};
  if (input.type != Type::kFloat32) check_output(node);
  switch (input.type) {
    case Type::kFloat32:
      return {kernel_call(KERNEL_OF("l2_normalization", thimble_l2_normalization_f32), params, operands)};
    case Type::kInt8:
      return {kernel_call(KERNEL_OF("l2_normalization", thimble_l2_normalization_s8), params, operands)};
    case Type::kUint8:
      return {kernel_call(KERNEL_OF("l2_normalization", thimble_l2_normalization_u8), params, operands)};
    default:
      no_kernel("L2_NORMALIZATION", input);
  }
}

int tflite_version(const NodeView& node) { return node.input(0).type == Type::kInt8 ? 2 : 1; }

}  // namespace

const Op l2_normalization_op = {
    .name = "L2_NORMALIZATION",
    .summary = "Division by the Euclidean norm over the innermost dimension",
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true,
                     .output = OutputRange::kFixed,
                     .int8_scale = 1.0f / 128,
                     .int16_scale = 1.0f / 32768},
    .tflite = {.builtin = 11,
               .max_version = 2,
               .options_type = 12,
               .fields = {activation_field(0)},
               .version = tflite_version},
};

}  // namespace thimble
