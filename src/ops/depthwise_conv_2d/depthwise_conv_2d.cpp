// DEPTHWISE_CONV_2D: inputs NHWC, filter 1HWO, bias (optional); Keras's DepthwiseConv2D.
#include <algorithm>

#include "ops/channel_layer.h"
#include "ops/checks.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d_avr.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d_dsp.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d_fpu.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d_host.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d_hybrid_dsp_kernel.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d_hybrid_kernel.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d_kernel.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d_mve.h"
#include "ops/depthwise_conv_2d/depthwise_conv_2d_u8_kernel.h"
#include "ops/hybrid.h"
#include "ops/op.h"
#include "ops/requantize.h"
#include "ops/window.h"

THIMBLE_PARAMS(thimble_depthwise_conv_2d_f32_params, window, output_min, output_max)
THIMBLE_PARAMS(thimble_depthwise_conv_2d_params, window, input_offset, output_offset, output_min, output_max)
THIMBLE_PARAMS(thimble_depthwise_conv_2d_hybrid_params, window, output_min, output_max)
THIMBLE_PARAMS(thimble_depthwise_conv_2d_hybrid_dsp_params, window, output_min, output_max)
THIMBLE_PARAMS(thimble_depthwise_conv_2d_u8_params, window, input_offset, filter_offset, requant, output_offset,
               output_min, output_max)

namespace thimble {
extern const Op depthwise_conv_2d_op;
extern const TrainKernels depthwise_conv_2d_train;
namespace {

thimble_window window(const NodeView& node) {
  const Shape& filter = node.input(1).shape;
  return window_of(node.attributes(), node.input(0), filter[1], filter[2], filter[3]);
}

void check_types(const NodeView& node) {
  const Tensor& input = node.input(0);
  require_type(input, {Type::kFloat32, Type::kInt8, Type::kUint8, Type::kInt16});
  if (input.type == Type::kUint8) require_type(node.input(1), {Type::kUint8});
  if (input.type == Type::kFloat32) require_type(node.input(1), {Type::kFloat32, Type::kInt8});
  if (input.type == Type::kInt8) require_type(node.input(1), {Type::kInt8, Type::kInt4});
  if (input.type == Type::kInt16) require_type(node.input(1), {Type::kInt8});
  if (!node.has_input(2)) return;
  require_type(node.input(2), {input.type == Type::kFloat32 ? Type::kFloat32
                               : input.type == Type::kInt16 ? Type::kInt64
                                                            : Type::kInt32});
}

std::vector<TensorSpec> infer(const NodeView& node) {
  check_types(node);
  const Tensor& input = node.input(0);
  const Tensor& filter = node.input(1);
  require_rank(input, 4);
  require_rank(filter, 4);
  const int channels = input.shape[3];
  require(filter.shape[0] == 1 && channels > 0 && filter.shape[3] > 0 && filter.shape[3] % channels == 0,
          "a filter of {} does not fit an input of {}", to_string(filter.shape), to_string(input.shape));
  if (node.has_input(2)) {
    require(node.input(2).elements() == filter.shape[3], "a bias of {} does not fit {} channels",
            to_string(node.input(2).shape), filter.shape[3]);
  }
  return {{input.type, output_shape(window(node))}};
}

thimble_depthwise_conv_2d_params int_params(const NodeView& node) {
  const IntRange range = activation_range(node.attributes().text("activation"), node.output(0));
  return {window(node), -node.input(0).zero_point(), node.output(0).zero_point(), range.min, range.max};
}

KernelCall lower_hybrid(const NodeView& node, const LowerOptions& options) {
  const Tensor& input = node.input(0);
  const Tensor& filter = node.input(1);
  const FloatRange range = activation_range(node.attributes().text("activation"));
  const thimble_depthwise_conv_2d_hybrid_params params = {window(node), range.min, range.max};
  const std::vector<Operand> operands = {
      in(node.input_id(0)), in(node.input_id(1)), node.optional_in(2), constant(0), scratch(), out(node.output_id(0))};
  const bool dsp = options.features.dsp && filter.type == Type::kInt8 && params.window.output_c % 4 == 0 &&
                   params.window.output_c == params.window.input_c;
  KernelCall call =
      dsp ? kernel_call("thimble_depthwise_conv_2d_hybrid_dsp",
                        "ops/depthwise_conv_2d/depthwise_conv_2d_hybrid_dsp_kernel",
                        &thimble_depthwise_conv_2d_hybrid_dsp, {params.window, range.min, range.max}, operands)
          : kernel_call("thimble_depthwise_conv_2d_hybrid", "ops/depthwise_conv_2d/depthwise_conv_2d_hybrid_kernel",
                        &thimble_depthwise_conv_2d_hybrid, params, operands);
  call.constants = {weight_scales(filter, filter.shape[3])};
  call.scratch_bytes = static_cast<std::size_t>(input.elements() / std::max(1, input.shape[0]));
  return call;
}

KernelCall lower_u8(const NodeView& node) {
  const Tensor& input = node.input(0);
  const Tensor& filter = node.input(1);
  const Tensor& output = node.output(0);
  for (const Tensor* tensor : {&input, &filter, &output}) require_per_tensor(*tensor);
  const IntRange range = activation_range(node.attributes().text("activation"), output);
  const thimble_depthwise_conv_2d_u8_params params = {window(node),
                                                      -input.zero_point(),
                                                      -filter.zero_point(),
                                                      tensor_factor(input, filter, output),
                                                      output.zero_point(),
                                                      range.min,
                                                      range.max};
  return kernel_call("thimble_depthwise_conv_2d_u8", "ops/depthwise_conv_2d/depthwise_conv_2d_u8_kernel",
                     &thimble_depthwise_conv_2d_u8, params,
                     {in(node.input_id(0)), in(node.input_id(1)), node.optional_in(2), out(node.output_id(0))});
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions& options) {
  const Tensor& input = node.input(0);
  const Tensor& filter = node.input(1);
  if (is_hybrid(input, filter)) return {lower_hybrid(node, options)};
  if (input.type == Type::kUint8) return {lower_u8(node)};
  std::vector<Operand> operands = {in(node.input_id(0)), in_flash(in(node.input_id(1))), in_flash(node.optional_in(2))};
  if (input.type == Type::kFloat32) {
    const FloatRange range = activation_range(node.attributes().text("activation"));
    const thimble_depthwise_conv_2d_f32_params params = {window(node), range.min, range.max};
    if (const auto call = depthwise_conv_2d_fpu(node, laid_down(params.window), range, options)) return {*call};
    operands.push_back(out(node.output_id(0)));
    KernelCall call = kernel_call(KERNEL_OF("depthwise_conv_2d", thimble_depthwise_conv_2d_f32), params, operands);
    call.host = depthwise_conv_2d_host(node, params);
    return {call};
  }
  operands.insert(operands.end(), {in_flash(constant(0)), out(node.output_id(0))});
  const thimble_depthwise_conv_2d_params params = int_params(node);
  const KernelConstant requant = channel_requants(input, filter, node.output(0), filter.shape[3]);
  thimble_depthwise_conv_2d_params by_rows = params;
  by_rows.window = laid_down(params.window);
  if (const auto call = depthwise_conv_2d_mve(node, by_rows, requant, options)) return {*call};
  if (const auto call = depthwise_conv_2d_dsp(node, by_rows, requant, options)) return {*call};
  if (const auto call = depthwise_conv_2d_s16_dsp(node, by_rows, requant, options)) return {*call};
  if (const auto call = depthwise_conv_2d_avr(node, params, requant, options)) return {*call};
  KernelCall call = input.type == Type::kInt8
                        ? kernel_call(KERNEL_OF("depthwise_conv_2d", thimble_depthwise_conv_2d_s8), params, operands)
                        : kernel_call(KERNEL_OF("depthwise_conv_2d", thimble_depthwise_conv_2d_s16), params, operands);
  call.constants = {requant};
  if (input.type == Type::kInt8) call.host = depthwise_conv_2d_host(node, params, requant);
  return {call};
}

std::optional<RowRule> rows(const NodeView& node) {
  const Tensor& input = node.input(0);
  if (is_hybrid(input, node.input(1))) return std::nullopt;
  return row_rule(window(node), size_of(input.type) == 1 ? input.zero_point() : 0);
}

std::optional<ChannelLayer> packable(const NodeView& node, const LowerOptions&) {
  if (!may_be_packed(node)) return {};
  const IntRange range = activation_range(node.attributes().text("activation"), node.output(0));
  const KernelConstant requant = channel_requants(node.input(0), node.input(1), node.output(0), node.input(1).shape[3]);
  ChannelLayer layer = channel_layer(node, window(node), depthwise_conv_2d_weights(node), requant, range);
  layer.depthwise = layer.window.output_c / layer.window.input_c;
  return layer;
}

std::int64_t macs(const NodeView& node) {
  const Shape& filter = node.input(1).shape;
  return node.output(0).elements() * filter[1] * filter[2];
}

int tflite_version(const NodeView& node) {
  if (is_hybrid(node.input(0), node.input(1))) return 6;
  if (node.input(0).type == Type::kInt16) return 5;
  if (node.input(0).type == Type::kInt8) return 3;
  return node.attributes().integer("dilation_h") > 1 || node.attributes().integer("dilation_w") > 1 ? 2 : 1;
}

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  const Shape shape = builder.tensor(inputs[0]).shape;
  require(shape.size() == 4, "the input is {}, expected height x width x channels",
          to_string(Shape(shape.begin() + 1, shape.end())));
  const std::vector<int> kernel = config.integers("kernel_size");
  const std::vector<int> strides = config.integers("strides");
  const std::vector<int> dilation = config.integers("dilation_rate");
  const int multiplier = config.integer("depth_multiplier");
  const int channels = shape[3] * multiplier;
  const std::int64_t taps = std::int64_t{kernel[0]} * kernel[1];
  std::vector<TensorId> operands = {inputs[0]};
  operands.push_back(builder.weight({.name = "kernel",
                                     .shape = {1, kernel[0], kernel[1], channels},
                                     .keras_shape = {kernel[0], kernel[1], shape[3], multiplier},
                                     .initializer = config.text("depthwise_initializer"),
                                     .fan_in = taps * shape[3],
                                     .fan_out = taps * multiplier}));
  if (config.flag("use_bias"))
    operands.push_back(builder.weight(
        {.name = "bias", .shape = {channels}, .permutation = {0}, .initializer = config.text("bias_initializer")}));
  const TensorId output = builder.add("DEPTHWISE_CONV_2D", operands,
                                      {{"padding", std::string(config.text("padding") == "same" ? "SAME" : "VALID")},
                                       {"stride_h", strides[0]},
                                       {"stride_w", strides[1]},
                                       {"depth_multiplier", multiplier},
                                       {"dilation_h", dilation[0]},
                                       {"dilation_w", dilation[1]},
                                       {"activation", std::string("NONE")}});
  return builder.activation(output, config.text("activation"));
}

const std::vector<std::int64_t> kOnes = {1, 1};
using Argument = LayerArgument;
const LayerCodec kLayers[] = {{.class_name = "DepthwiseConv2D",
                               .arguments = {{Argument::Kind::kIntPair, "kernel_size", {}, true},
                                             {Argument::Kind::kIntPair, "strides", kOnes},
                                             padding_argument(),
                                             {Argument::Kind::kInt, "depth_multiplier", std::int64_t{1}},
                                             {Argument::Kind::kIntPair, "dilation_rate", kOnes},
                                             activation_argument(),
                                             {Argument::Kind::kBool, "use_bias", true},
                                             initializer_argument("depthwise_initializer", "glorot_uniform"),
                                             initializer_argument("bias_initializer", "zeros")},
                               .build = build}};

}  // namespace

const Op depthwise_conv_2d_op = {
    .name = "DEPTHWISE_CONV_2D",
    .summary = "2-D convolution of each channel on its own, with bias and fused activation",
    .min_inputs = 2,
    .max_inputs = 3,
    .infer = infer,
    .lower = lower,
    .rows = rows,
    .channel_layer = packable,
    .quantization = {.supported = true, .weights_input = 1, .weights_axis = 3, .bias_input = 2},
    .macs = macs,
    .tflite = {.builtin = 4,
               .max_version = 7,
               .options_type = 2,
               .fields = {padding_field(0), int_field(1, "stride_w"), int_field(2, "stride_h"),
                          int_field(3, "depth_multiplier"), activation_field(4), int_field(5, "dilation_w", 1),
                          int_field(6, "dilation_h", 1)},
               .version = tflite_version},
    .layers = kLayers,
    .train = &depthwise_conv_2d_train,
};

}  // namespace thimble
