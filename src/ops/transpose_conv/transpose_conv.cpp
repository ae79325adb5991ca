// TRANSPOSE_CONV: output shape, filter OHWI, input NHWC, bias (optional).
#include <algorithm>

#include "ops/checks.h"
#include "ops/op.h"
#include "ops/requantize.h"
#include "ops/shape_operand.h"
#include "ops/transpose_conv/transpose_conv_kernel.h"
#include "ops/window.h"

THIMBLE_PARAMS(thimble_transpose_conv_f32_params, window, output_min, output_max)
THIMBLE_PARAMS(thimble_transpose_conv_params, window, input_offset, output_offset, output_min, output_max)

namespace thimble {
extern const Op transpose_conv_op;
namespace {

/// Of the convolution that this one transposes, as TFLite computes it: from the output's size. Nothing ties the input's
/// size to it; input pixels that fall outside of the output do not count.
int pad_before(const std::string& padding, int output, int filter, int stride) {
  require(padding == "SAME" || padding == "VALID", "padding '{}', expected SAME or VALID", padding);
  const std::int64_t reach = padding == "SAME" ? output - 1 : output - filter;
  const std::int64_t steps = (reach + stride) / stride - 1;
  const std::int64_t total = std::max<std::int64_t>(0, steps * stride + filter - output);
  require(total < (1 << 28), "a filter of {} is too large", filter);
  return static_cast<int>(total / 2);
}

thimble_window window(const NodeView& node, const Shape& output) {
  const Shape& input = node.input(2).shape;
  const Shape& filter = node.input(1).shape;
  const Attributes& attributes = node.attributes();
  thimble_window window{};
  window.batches = input[0];
  window.input_h = input[1];
  window.input_w = input[2];
  window.input_c = input[3];
  window.filter_h = filter[1];
  window.filter_w = filter[2];
  window.output_h = output[1];
  window.output_w = output[2];
  window.output_c = output[3];
  window.stride_h = attributes.integer("stride_h");
  window.stride_w = attributes.integer("stride_w");
  require(window.stride_h > 0 && window.stride_w > 0, "strides of {} and {}; both must be positive", window.stride_h,
          window.stride_w);
  window.dilation_h = 1;
  window.dilation_w = 1;
  const std::string& padding = attributes.text("padding");
  window.pad_top = pad_before(padding, window.output_h, window.filter_h, window.stride_h);
  window.pad_left = pad_before(padding, window.output_w, window.filter_w, window.stride_w);
  return window;
}

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
  window(node, output);
  return {{input.type, output}};
}

thimble_transpose_conv_params int_params(const NodeView& node) {
  const Tensor& output = node.output(0);
  const IntRange range = activation_range(node.attributes().text("activation"), output);
  return {window(node, output.shape), -node.input(2).zero_point(), output.zero_point(), range.min, range.max};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Tensor& input = node.input(2);
  const Tensor& output = node.output(0);
  std::vector<Operand> operands = {in(node.input_id(2)), in(node.input_id(1)), node.optional_in(3)};
  if (input.type == Type::kFloat32) {
    const FloatRange range = activation_range(node.attributes().text("activation"));
    const thimble_transpose_conv_f32_params params = {window(node, output.shape), range.min, range.max};
    operands.push_back(out(node.output_id(0)));
    return {kernel_call(KERNEL_OF("transpose_conv", thimble_transpose_conv_f32), params, operands)};
  }
  operands.insert(operands.end(), {constant(0), out(node.output_id(0))});
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

}  // namespace

const Op transpose_conv_op = {
    .name = "TRANSPOSE_CONV",
    .summary = "Transposed 2-D convolution with bias and fused activation",
    .min_inputs = 3,
    .max_inputs = 4,
    .infer = infer,
    .lower = lower,
    .macs = macs,
    .tflite = {.builtin = 67,
               .max_version = 5,
               .options_type = 49,
               .fields = {padding_field(0), int_field(1, "stride_w"), int_field(2, "stride_h"), activation_field(3),
                          type_field(4, "quantized_bias_type")},
               .version = tflite_version},
};

}  // namespace thimble
