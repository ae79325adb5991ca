// SOFTMAX: over the innermost dimension; Keras's Softmax.
#include <algorithm>
#include <cmath>

#include "ops/checks.h"
#include "ops/lut.h"
#include "ops/op.h"
#include "ops/requantize.h"
#include "ops/softmax/softmax_kernel.h"

THIMBLE_PARAMS(thimble_softmax_f32_params, rows, depth, beta)
THIMBLE_PARAMS(thimble_softmax_params, rows, depth, requant, diff_min)

namespace thimble {
extern const Op softmax_op;
extern const TrainKernels softmax_train;
namespace {

int depth(const NodeView& node) { return node.input(0).shape.back(); }
int rows(const NodeView& node) { return static_cast<int>(node.input(0).elements() / depth(node)); }

/// The type of the result is the input's; int8 may also make int16.
std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& input = node.input(0);
  require_type(input, {Type::kFloat32, Type::kInt8, Type::kUint8, Type::kInt16});
  require(!input.shape.empty() && depth(node) > 0, "'{}' is {}, expected values", input.name, to_string(input.shape));
  const bool widens = input.type == Type::kInt8 && node.has_output(0) && node.output(0).type == Type::kInt16;
  return {{widens ? Type::kInt16 : input.type, input.shape}};
}

/// The kernels make values in [0, 1) at a scale of their own, which the tensor must state.
void require_output(const Tensor& output, float scale, int zero_point) {
  require(output.quantization.present() && std::abs(output.scale() - scale) <= scale * 0.001f &&
              output.zero_point() == zero_point,
          "'{}' has scale {} and zero point {}, expected {} and {}", output.name, output.scale(), output.zero_point(),
          scale, zero_point);
}

/// 8 bits: the factor from differences to Q5.26, at most 2^31, and the difference that exceeds Q5.26.
thimble_softmax_params params_of_8_bits(const NodeView& node) {
  constexpr int kIntegerBits = 5;
  const double beta = double{node.attributes().real("beta")};
  const double factor = std::min(beta * double{node.input(0).scale()} * (1 << (31 - kIntegerBits)), 2147483647.0);
  require(factor > 1.0, "the scale of '{}' is too small", node.input(0).name);
  thimble_requant requant = quantize_multiplier(factor / 2.0);
  ++requant.shift;
  const double radius = double{(1 << kIntegerBits) - 1} * (1 << (31 - kIntegerBits)) / std::ldexp(1.0, requant.shift);
  return {rows(node), depth(node), requant, -static_cast<std::int32_t>(std::floor(radius))};
}

KernelCall lower_8_bits(const NodeView& node) {
  const std::vector<Operand> operands = {in(node.input_id(0)), out(node.output_id(0))};
  const thimble_softmax_params params = params_of_8_bits(node);
  const Tensor& output = node.output(0);
  if (node.input(0).type == Type::kUint8) {
    require_output(output, 1.0f / 256, 0);
    return kernel_call(KERNEL_OF("softmax", thimble_softmax_u8), params, operands);
  }
  if (output.type == Type::kInt16) {
    require_output(output, 1.0f / 65536, -32768);
    return kernel_call(KERNEL_OF("softmax", thimble_softmax_s8_s16), params, operands);
  }
  require_output(output, 1.0f / 256, -128);
  KernelCall call = kernel_call(KERNEL_OF("softmax", thimble_softmax_s8), params, operands);
  return call;
}

KernelCall lower_16_bits(const NodeView& node) {
  const Tensor& input = node.input(0);
  require_output(node.output(0), 1.0f / 32768, 0);
  require(input.zero_point() == 0, "'{}' has zero point {}, expected 0", input.name, input.zero_point());
  const double factor = double{input.scale()} * double{node.attributes().real("beta")} / (10.0 / 65535.0);
  const thimble_softmax_params params = {rows(node), depth(node), quantize_multiplier(factor), 0};
  KernelCall call =
      kernel_call(KERNEL_OF("softmax", thimble_softmax_s16), params,
                  {in(node.input_id(0)), in_flash(constant(0)), in_flash(constant(1)), out(node.output_id(0))});
  constexpr float kRange = 65535.0f;
  const auto exp_table = int16_table(10.0f / kRange, 32767, 2.0f / kRange, 0, [](float x) { return std::exp(x); });
  const auto reciprocal_table =
      int16_table(1.0f / kRange, -32768, 2.0f / kRange, 0, [](float x) { return 1.0f / (1.0f + x); });
  call.constants = {{"exp_table", Type::kInt16, make_data(exp_table)},
                    {"reciprocal_table", Type::kInt16, make_data(reciprocal_table)}};
  return call;
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Tensor& input = node.input(0);
  if (input.type == Type::kFloat32) {
    const thimble_softmax_f32_params params = {rows(node), depth(node), node.attributes().real("beta")};
    KernelCall call =
        kernel_call(KERNEL_OF("softmax", thimble_softmax_f32), params, {in(node.input_id(0)), out(node.output_id(0))});
    call.in_place = {node.input_id(0)};
    return {call};
  }
  require_per_tensor(input);
  KernelCall call = input.type == Type::kInt16 ? lower_16_bits(node) : lower_8_bits(node);
  if (input.type == node.output(0).type) call.in_place = {node.input_id(0)};
  return {call};
}

int tflite_version(const NodeView& node) {
  return node.input(0).type == Type::kInt16 ? 3 : node.input(0).type == Type::kInt8 ? 2 : 1;
}

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  const int last = static_cast<int>(builder.tensor(inputs[0]).shape.size()) - 1;
  const int axis = config.integer("axis");
  require(axis == -1 || axis == last, "axis is {}; only the last one is supported", axis);
  return builder.activation(inputs[0], "softmax");
}

const LayerCodec kLayers[] = {
    {.class_name = "Softmax",
     .arguments = {{.kind = LayerArgument::Kind::kInt, .name = "axis", .default_value = std::int64_t{-1}, .least = -8}},
     .build = build}};

}  // namespace

const Op softmax_op = {
    .name = "SOFTMAX",
    .summary = "exp(beta * x), normalized over the innermost dimension",
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true,
                     .output = OutputRange::kFixed,
                     .int8_scale = 1.0f / 256,
                     .int8_zero_point = -128,
                     .int16_scale = 1.0f / 32768},
    .tflite = {.builtin = 25,
               .max_version = 4,
               .options_type = 9,
               .fields = {float_field(0, "beta")},
               .version = tflite_version},
    .layers = kLayers,
    .train = &softmax_train,
};

}  // namespace thimble
