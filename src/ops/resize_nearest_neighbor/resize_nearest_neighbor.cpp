// RESIZE_NEAREST_NEIGHBOR: each pixel of the output is the nearest one of input 0; input 1 is the size.
#include "ops/resize_nearest_neighbor/resize_nearest_neighbor_kernel.h"

#include <algorithm>
#include <cmath>

#include "ops/checks.h"
#include "ops/op.h"
#include "ops/resize.h"

THIMBLE_PARAMS(thimble_resize_nearest_neighbor_params, batches, input_h, input_w, output_h, output_w, pixel)

namespace thimble {
extern const Op resize_nearest_neighbor_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) { return {{node.input(0).type, resized_shape(node)}}; }

/// The index of the nearest input for each output, in single precision as TFLite does.
KernelConstant nearest(const NodeView& node, const char* name, int input, int output) {
  const bool align = node.attributes().flag("align_corners");
  const bool half = node.attributes().flag("half_pixel_centers");
  const float scale = align && output > 1 ? static_cast<float>(input - 1) / static_cast<float>(output - 1)
                                          : static_cast<float>(input) / static_cast<float>(output);
  std::vector<std::uint16_t> indices;
  for (int i = 0; i < output; ++i) {
    const float position = (static_cast<float>(i) + (half ? 0.5f : 0.0f)) * scale;
    const int index = static_cast<int>(align ? std::round(position) : std::floor(position));
    indices.push_back(static_cast<std::uint16_t>(std::clamp(index, 0, input - 1)));
  }
  return {name, Type::kUint16, make_data(indices)};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Shape& from = node.input(0).shape;
  const Shape& to = node.output(0).shape;
  const thimble_resize_nearest_neighbor_params params = {
      from[0], from[1], from[2], to[1], to[2], from[3] * static_cast<int>(size_of(node.input(0).type))};
  KernelCall call = kernel_call(KERNEL_OF("resize_nearest_neighbor", thimble_resize_nearest_neighbor), params,
                                {in(node.input_id(0)), constant(0), constant(1), out(node.output_id(0))});
  call.constants = {nearest(node, "rows", from[1], to[1]), nearest(node, "columns", from[2], to[2])};
  return {call};
}

int tflite_version(const NodeView& node) {
  const Attributes& attributes = node.attributes();
  if (attributes.flag("align_corners") || attributes.flag("half_pixel_centers")) return 3;
  return node.input(0).type == Type::kInt8 ? 2 : 1;
}

}  // namespace

const Op resize_nearest_neighbor_op = {
    .name = "RESIZE_NEAREST_NEIGHBOR",
    .summary = "An image resized to the nearest pixels",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite =
        {.builtin = 97, .max_version = 4, .options_type = 74, .fields = resize_fields(0), .version = tflite_version},
};

}  // namespace thimble
