// TRANSPOSE_CONV: output shape, filter OHWI, input NHWC, bias (optional); Keras's Conv2DTranspose.
#include <algorithm>

#include "ops/checks.h"
#include "ops/op.h"
#include "ops/requantize.h"
#include "ops/shape_operand.h"
#include "ops/transpose_conv/transpose_conv_kernel.h"
#include "ops/transpose_conv/transpose_conv_window.h"
#include "ops/window.h"

THIMBLE_PARAMS(thimble_transpose_conv_f32_params, window, output_min, output_max)
THIMBLE_PARAMS(thimble_transpose_conv_params, window, input_offset, output_offset, output_min, output_max)

namespace thimble {
extern const Op transpose_conv_op;
extern const TrainKernels transpose_conv_train;
namespace {

void check_types(const NodeView& node) {
  const Tensor& input = node.input(2);
  require_type(input, {Type::kFloat32, Type::kInt8, Type::kInt16});
  require_type(node.input(1), {input.type == Type::kFloat32 ? Type::kFloat32 : Type::kInt8});
  if (!node.has_input(3)) return;
  require_type(node.input(3), {input.type == Type::kFloat32 ? Type::kFloat32
                               : input.type == Type::kInt8  ? Type::kInt32
                                                            : Type::kInt64});
}

std::vector<TensorSpec> infer(const NodeView& node) {
  check_types(node);
  const Tensor& input = node.input(2);
  const Tensor& filter = node.input(1);
  require_rank(input, 4);
  require_rank(filter, 4);
  const Shape output = shape_operand(node, 0);
  require(output.size() == 4 && output[0] == input.shape[0] && output[3] == filter.shape[0] &&
              filter.shape[3] == input.shape[3] && filter.shape[1] > 0 && filter.shape[2] > 0,
          "a filter of {} does not fit an input of {} and an output of {}", to_string(filter.shape),
          to_string(input.shape), to_string(output));
  require(!node.has_input(3) || node.input(3).elements() == output[3], "a bias of {} does not fit {} channels",
          node.has_input(3) ? to_string(node.input(3).shape) : "", output[3]);
  transpose_conv_window(node, output);
  return {{input.type, output}};
}

thimble_transpose_conv_params int_params(const NodeView& node) {
  const Tensor& output = node.output(0);
  const IntRange range = activation_range(node.attributes().text("activation"), output);
  return {transpose_conv_window(node, output.shape), -node.input(2).zero_point(), output.zero_point(), range.min,
          range.max};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Tensor& input = node.input(2);
  const Tensor& output = node.output(0);
  std::vector<Operand> operands = {in(node.input_id(2)), in_flash(in(node.input_id(1))), in_flash(node.optional_in(3))};
  if (input.type == Type::kFloat32) {
    const FloatRange range = activation_range(node.attributes().text("activation"));
    const thimble_transpose_conv_f32_params params = {transpose_conv_window(node, output.shape), range.min, range.max};
    operands.push_back(out(node.output_id(0)));
    return {kernel_call(KERNEL_OF("transpose_conv", thimble_transpose_conv_f32), params, operands)};
  }
  operands.insert(operands.end(), {in_flash(constant(0)), out(node.output_id(0))});
  KernelCall call =
      input.type == Type::kInt8
          ? kernel_call(KERNEL_OF("transpose_conv", thimble_transpose_conv_s8), int_params(node), operands)
          : kernel_call(KERNEL_OF("transpose_conv", thimble_transpose_conv_s16), int_params(node), operands);
  call.constants = {channel_requants(input, node.input(1), output, output.shape[3])};
  return {call};
}

/// Taps beyond the image's edges are counted, too.
std::int64_t macs(const NodeView& node) {
  const Shape& filter = node.input(1).shape;
  return node.input(2).elements() * filter[0] * filter[1] * filter[2];
}

int tflite_version(const NodeView& node) {
  if (node.attributes().text("activation") != "NONE") return 4;
  return node.has_input(3) ? 3 : node.input(2).type == Type::kInt8 ? 2 : 1;
}

/// As Keras counts, without output_padding.
int output_size(int input, int kernel, int stride, bool same) {
  return same ? input * stride : input * stride + std::max(kernel - stride, 0);
}

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  const Shape shape = builder.tensor(inputs[0]).shape;
  require(shape.size() == 4, "the input is {}, expected height x width x channels",
          to_string(Shape(shape.begin() + 1, shape.end())));
  require(config.integers("dilation_rate") == std::vector<int>{1, 1}, "dilation_rate must be 1");
  const std::vector<int> kernel = config.integers("kernel_size");
  const std::vector<int> strides = config.integers("strides");
  const int filters = config.integer("filters");
  const bool same = config.text("padding") == "same";
  const std::int64_t taps = std::int64_t{kernel[0]} * kernel[1];
  const Shape output = {shape[0], output_size(shape[1], kernel[0], strides[0], same),
                        output_size(shape[2], kernel[1], strides[1], same), filters};
  std::vector<TensorId> operands = {builder.integers(output)};
  operands.push_back(builder.weight({.name = "kernel",
                                     .shape = {filters, kernel[0], kernel[1], shape[3]},
                                     .permutation = {2, 0, 1, 3},
                                     .initializer = config.text("kernel_initializer"),
                                     .fan_in = taps * filters,
                                     .fan_out = taps * shape[3]}));
  operands.push_back(inputs[0]);
  if (config.flag("use_bias")) {
    operands.push_back(builder.weight(
        {.name = "bias", .shape = {filters}, .permutation = {0}, .initializer = config.text("bias_initializer")}));
  }
  const TensorId result = builder.add("TRANSPOSE_CONV", operands,
                                      {{"padding", std::string(same ? "SAME" : "VALID")},
                                       {"stride_h", strides[0]},
                                       {"stride_w", strides[1]},
                                       {"activation", std::string("NONE")}});
  return builder.activation(result, config.text("activation"));
}

using Kind = LayerArgument::Kind;
const LayerCodec kLayers[] = {{.class_name = "Conv2DTranspose",
                               .arguments = {{Kind::kInt, "filters", {}, true},
                                             {Kind::kIntPair, "kernel_size", {}, true},
                                             {Kind::kIntPair, "strides", std::vector<std::int64_t>{1, 1}},
                                             padding_argument(),
                                             {Kind::kIntPair, "dilation_rate", std::vector<std::int64_t>{1, 1}},
                                             activation_argument(),
                                             {Kind::kBool, "use_bias", true},
                                             initializer_argument("kernel_initializer", "glorot_uniform"),
                                             initializer_argument("bias_initializer", "zeros")},
                               .build = build}};

}  // namespace

const Op transpose_conv_op = {
    .name = "TRANSPOSE_CONV",
    .summary = "Transposed 2-D convolution with bias and fused activation",
    .min_inputs = 3,
    .max_inputs = 4,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .weights_input = 1, .weights_axis = 0, .bias_input = 3, .data_input = 2},
    .macs = macs,
    .tflite = {.builtin = 67,
               .max_version = 5,
               .options_type = 49,
               .fields = {padding_field(0), int_field(1, "stride_w"), int_field(2, "stride_h"), activation_field(3),
                          type_field(4, "quantized_bias_type")},
               .version = tflite_version},
    .layers = kLayers,
    .train = &transpose_conv_train,
};

}  // namespace thimble
