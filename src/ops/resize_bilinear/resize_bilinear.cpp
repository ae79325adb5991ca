// RESIZE_BILINEAR: input 0 interpolated between its pixels; input 1 is the size.
#include "ops/resize_bilinear/resize_bilinear_kernel.h"

#include "ops/checks.h"
#include "ops/op.h"
#include "ops/resize.h"

THIMBLE_PARAMS(thimble_resize_bilinear_shape, batches, input_h, input_w, output_h, output_w, channels,
               half_pixel_centers)
THIMBLE_PARAMS(thimble_resize_bilinear_f32_params, shape, scale_h, scale_w)
THIMBLE_PARAMS(thimble_resize_bilinear_params, shape, scale_h, scale_w)

namespace thimble {
extern const Op resize_bilinear_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8});
  return {{node.input(0).type, resized_shape(node)}};
}

thimble_resize_bilinear_shape shape_of(const NodeView& node) {
  const Shape& from = node.input(0).shape;
  const Shape& to = node.output(0).shape;
  return {from[0], from[1], from[2], to[1], to[2], from[3], node.attributes().flag("half_pixel_centers") ? 1 : 0};
}

/// Inputs for one output: between the centres of the outermost pixels when corners are aligned.
struct Ratio {
  int input;
  int output;
};
Ratio ratio_of(const NodeView& node, std::size_t dimension) {
  const int input = node.input(0).shape[dimension];
  const int output = node.output(0).shape[dimension];
  if (node.attributes().flag("align_corners") && output > 1) return {input - 1, output - 1};
  return {input, output};
}

float real_scale(Ratio ratio) { return static_cast<float>(ratio.input) / static_cast<float>(ratio.output); }

int fixed_scale(Ratio ratio) { return (1024 * ratio.input + ratio.output / 2) / ratio.output; }

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const std::vector<Operand> operands = {in(node.input_id(0)), out(node.output_id(0))};
  const Ratio rows = ratio_of(node, 1);
  const Ratio columns = ratio_of(node, 2);
  if (node.input(0).type == Type::kFloat32) {
    const thimble_resize_bilinear_f32_params params = {shape_of(node), real_scale(rows), real_scale(columns)};
    return {kernel_call(KERNEL_OF("resize_bilinear", thimble_resize_bilinear_f32), params, operands)};
  }
  require_same_quantization(node.input(0), node.output(0));
  const thimble_resize_bilinear_params params = {shape_of(node), fixed_scale(rows), fixed_scale(columns)};
  return {kernel_call(KERNEL_OF("resize_bilinear", thimble_resize_bilinear_s8), params, operands)};
}

int tflite_version(const NodeView& node) {
  if (node.attributes().flag("half_pixel_centers")) return 3;
  return node.input(0).type == Type::kInt8 ? 2 : 1;
}

}  // namespace

const Op resize_bilinear_op = {
    .name = "RESIZE_BILINEAR",
    .summary = "An image resized with interpolation",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite =
        {.builtin = 23, .max_version = 4, .options_type = 15, .fields = resize_fields(2), .version = tflite_version},
};

}  // namespace thimble
