// CONV_2D: inputs NHWC, filter OHWI, bias (optional); Keras's Conv1D, Conv2D, SeparableConv1D and SeparableConv2D.
#include <algorithm>

#include "ops/channel_layer.h"
#include "ops/checks.h"
#include "ops/conv_2d/conv_2d_avr.h"
#include "ops/conv_2d/conv_2d_dsp.h"
#include "ops/conv_2d/conv_2d_geometry.h"
#include "ops/conv_2d/conv_2d_host.h"
#include "ops/conv_2d/conv_2d_hybrid_dsp_kernel.h"
#include "ops/conv_2d/conv_2d_hybrid_kernel.h"
#include "ops/conv_2d/conv_2d_kernel.h"
#include "ops/conv_2d/conv_2d_mve.h"
#include "ops/conv_2d/conv_2d_u8_kernel.h"
#include "ops/fpu.h"
#include "ops/hybrid.h"
#include "ops/op.h"
#include "ops/requantize.h"
#include "ops/window.h"

THIMBLE_PARAMS(thimble_conv_2d_f32_params, window, filter_c, output_min, output_max)
THIMBLE_PARAMS(thimble_conv_2d_params, window, groups, input_offset, output_offset, output_min, output_max)
THIMBLE_PARAMS(thimble_conv_2d_hybrid_params, window, filter_c, asymmetric, output_min, output_max)
THIMBLE_PARAMS(thimble_conv_2d_hybrid_dsp_params, window, quads, asymmetric, output_min, output_max)
THIMBLE_PARAMS(thimble_conv_2d_u8_params, window, input_offset, filter_offset, requant, output_offset, output_min,
               output_max)

namespace thimble {
extern const Op conv_2d_op;
extern const TrainKernels conv_2d_train;
extern const LayerCodec conv_2d_layers[4];
namespace {

thimble_window window(const NodeView& node) {
  const Shape& filter = node.input(1).shape;
  return window_of(node.attributes(), node.input(0), filter[1], filter[2], filter[0]);
}

void check_types(const NodeView& node) {
  const Tensor& input = node.input(0);
  require_type(input, {Type::kFloat32, Type::kInt8, Type::kUint8, Type::kInt16});
  if (input.type == Type::kUint8) require_type(node.input(1), {Type::kUint8});
  if (input.type == Type::kFloat32) require_type(node.input(1), {Type::kFloat32, Type::kInt8, Type::kInt4});
  if (input.type == Type::kInt8 || input.type == Type::kInt16) require_type(node.input(1), {Type::kInt8, Type::kInt4});
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
  const int depth = filter.shape[3];
  const int groups = depth > 0 ? input.shape[3] / depth : 0;
  require(input.type != Type::kUint8 || groups == 1, "groups of unsigned bytes are not supported");
  require(groups > 0 && groups * depth == input.shape[3] && filter.shape[0] > 0 && filter.shape[0] % groups == 0,
          "a filter of {} does not fit an input of {}", to_string(filter.shape), to_string(input.shape));
  if (node.has_input(2)) {
    require(node.input(2).elements() == filter.shape[0], "a bias of {} does not fit {} filters",
            to_string(node.input(2).shape), filter.shape[0]);
  }
  return {{input.type, output_shape(window(node))}};
}

thimble_conv_2d_params int_params(const NodeView& node) {
  const IntRange range = activation_range(node.attributes().text("activation"), node.output(0));
  return {window(node),
          node.input(0).shape[3] / node.input(1).shape[3],
          -node.input(0).zero_point(),
          node.output(0).zero_point(),
          range.min,
          range.max};
}

/// Hybrid convolutions for Armv7E-M's DSP instructions. None for other targets, and with groups.
std::optional<KernelCall> hybrid_dsp(const NodeView& node, const thimble_conv_2d_hybrid_params& params,
                                     const KernelConstant& scales, const LowerOptions& options) {
  const Tensor& input = node.input(0);
  const auto rows = hybrid_rows(node, options);
  if (!rows || params.filter_c != input.shape[3]) return {};
  const auto quads = static_cast<std::int32_t>(rows->weights.data->size()) / params.window.output_c / 4;
  const thimble_conv_2d_hybrid_dsp_params dsp = {params.window, quads, params.asymmetric, params.output_min,
                                                 params.output_max};
  KernelCall call = kernel_call("thimble_conv_2d_hybrid_dsp", "ops/conv_2d/conv_2d_hybrid_dsp_kernel",
                                &thimble_conv_2d_hybrid_dsp, dsp,
                                {in(node.input_id(0)), constant(0), constant(1), node.optional_in(2), constant(2),
                                 scratch(), out(node.output_id(0))});
  call.constants = {rows->weights, rows->sums, scales};
  call.scratch_bytes =
      36 * static_cast<std::size_t>(quads) + static_cast<std::size_t>(input.elements() / std::max(1, input.shape[0]));
  return call;
}

/// Without a scale for each channel, and without groups, TFLite quantizes the images symmetrically.
KernelCall lower_hybrid(const NodeView& node, const LowerOptions& options) {
  const Tensor& input = node.input(0);
  const Tensor& filter = node.input(1);
  const FloatRange range = activation_range(node.attributes().text("activation"));
  const bool asymmetric = scales_differ(filter) || filter.shape[3] != input.shape[3];
  const thimble_conv_2d_hybrid_params params = {window(node), filter.shape[3], asymmetric ? 1 : 0, range.min,
                                                range.max};
  const KernelConstant scales = weight_scales(filter, filter.shape[0]);
  if (const auto call = hybrid_dsp(node, params, scales, options)) return *call;
  KernelCall call =
      kernel_call("thimble_conv_2d_hybrid", "ops/conv_2d/conv_2d_hybrid_kernel", &thimble_conv_2d_hybrid, params,
                  {in(node.input_id(0)), in(node.input_id(1)), node.optional_in(2), constant(0), scratch(),
                   out(node.output_id(0))});
  call.constants = {scales};
  call.host = conv_2d_host(node, params, call.constants[0]);
  call.scratch_bytes = static_cast<std::size_t>(input.elements() / std::max(1, input.shape[0]));
  return call;
}

KernelCall lower_u8(const NodeView& node) {
  const Tensor& input = node.input(0);
  const Tensor& filter = node.input(1);
  const Tensor& output = node.output(0);
  for (const Tensor* tensor : {&input, &filter, &output}) require_per_tensor(*tensor);
  const IntRange range = activation_range(node.attributes().text("activation"), output);
  const thimble_conv_2d_u8_params params = {window(node),
                                            -input.zero_point(),
                                            -filter.zero_point(),
                                            tensor_factor(input, filter, output),
                                            output.zero_point(),
                                            range.min,
                                            range.max};
  return kernel_call("thimble_conv_2d_u8", "ops/conv_2d/conv_2d_u8_kernel", &thimble_conv_2d_u8, params,
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
    const thimble_conv_2d_f32_params params = {window(node), filter.shape[3], range.min, range.max};
    if (filter.shape[3] == input.shape[3]) {
      const bool pointwise = conv_2d_is_pointwise(params.window);
      const thimble_window by_pixels = pointwise ? conv_2d_as_row(params.window) : params.window;
      if (const auto call = conv_fpu(node, by_pixels, range, options)) return {*call};
    }
    operands.push_back(out(node.output_id(0)));
    KernelCall call = kernel_call(KERNEL_OF("conv_2d", thimble_conv_2d_f32), params, operands);
    call.host = conv_2d_host(node, params);
    return {call};
  }
  operands.insert(operands.end(), {in_flash(constant(0)), out(node.output_id(0))});
  const KernelConstant requant = channel_requants(input, filter, node.output(0), filter.shape[0]);
  if (const auto call = conv_2d_mve(node, int_params(node), requant, options)) return {*call};
  if (const auto call = conv_2d_dsp(node, int_params(node), requant, options)) return {*call};
  if (const auto call = conv_2d_s16_dsp(node, int_params(node), requant, options)) return {*call};
  if (const auto call = conv_2d_avr(node, nullptr, int_params(node), requant, options)) return {*call};
  KernelCall call = input.type == Type::kInt8
                        ? kernel_call(KERNEL_OF("conv_2d", thimble_conv_2d_s8), int_params(node), operands)
                        : kernel_call(KERNEL_OF("conv_2d", thimble_conv_2d_s16), int_params(node), operands);
  call.constants = {requant};
  if (input.type == Type::kInt8) call.host = conv_2d_host(node, int_params(node), requant);
  return {call};
}

std::optional<RowRule> rows(const NodeView& node) {
  const Tensor& input = node.input(0);
  if (is_hybrid(input, node.input(1))) return std::nullopt;
  return row_rule(window(node), size_of(input.type) == 1 ? input.zero_point() : 0);
}

std::optional<KernelCall> lower_with(const NodeView& node, const NodeView& next, const LowerOptions& options) {
  const bool has_kernels = has_dsp_kernels(options) || options.features.mve || options.features.avr;
  if (!has_kernels || node.input(0).type != Type::kInt8) return {};
  const KernelConstant requant = channel_requants(node.input(0), node.input(1), node.output(0), node.input(1).shape[0]);
  if (options.features.avr) return conv_2d_avr(node, &next, int_params(node), requant, options);
  if (auto call = conv_2d_pool_mve(node, next, int_params(node), requant, options)) return call;
  return conv_2d_pool_dsp(node, next, int_params(node), requant, options);
}

std::optional<ChannelLayer> packable(const NodeView& node, const LowerOptions&) {
  const bool has_groups = node.input(0).shape[3] != node.input(1).shape[3];
  if (!may_be_packed(node) || has_groups) return {};
  const IntRange range = activation_range(node.attributes().text("activation"), node.output(0));
  const KernelConstant requant = channel_requants(node.input(0), node.input(1), node.output(0), node.input(1).shape[0]);
  return channel_layer(node, window(node), weights_by_row(node), requant, range);
}

std::int64_t macs(const NodeView& node) {
  return node.output(0).elements() * node.input(1).elements() / node.input(1).shape[0];
}

int tflite_version(const NodeView& node) {
  if (is_hybrid(node.input(0), node.input(1))) return 5;
  return node.input(0).type == Type::kInt16 ? 4 : node.input(0).type == Type::kInt8 ? 3 : 1;
}

}  // namespace

const Op conv_2d_op = {
    .name = "CONV_2D",
    .summary = "2-D convolution, also grouped, with bias and fused activation",
    .min_inputs = 2,
    .max_inputs = 3,
    .infer = infer,
    .lower = lower,
    .rows = rows,
    .lower_with = lower_with,
    .channel_layer = packable,
    .quantization = {.supported = true, .weights_input = 1, .weights_axis = 0, .bias_input = 2},
    .macs = macs,
    .tflite = {.builtin = 3,
               .max_version = 8,
               .options_type = 1,
               .fields = {padding_field(0), int_field(1, "stride_w"), int_field(2, "stride_h"), activation_field(3),
                          int_field(4, "dilation_w", 1), int_field(5, "dilation_h", 1)},
               .version = tflite_version},
    .layers = conv_2d_layers,
    .train = &conv_2d_train,
};

}  // namespace thimble
