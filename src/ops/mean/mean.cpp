// MEAN: over the axes that the constant input 1 lists; Keras's GlobalAveragePooling1D and 2D.
#include <algorithm>
#include <bit>

#include "ops/avr.h"
#include "ops/checks.h"
#include "ops/mean/mean_avr_kernel.h"
#include "ops/mean/mean_kernel.h"
#include "ops/op.h"
#include "ops/pool.h"
#include "ops/reduction.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_mean_f32_params, reduction, count)
THIMBLE_PARAMS(thimble_mean_of_sums_params, count, sum_offset, requant, output_offset)
THIMBLE_PARAMS(thimble_mean_params, reduction, sum_offset, requant, output_offset)
THIMBLE_PARAMS(thimble_mean_avr_params, reduction, sum_offset, multiplier, shift, output_offset)

namespace thimble {
extern const Op mean_op;
extern const TrainKernels mean_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8, Type::kUint8, Type::kInt16});
  require(reduced_count(node) > 0, "the mean of nothing");
  return {{node.input(0).type, reduced_shape(node)}};
}

/// input scale / output scale / count. As TFLM does: the factor between the scales is quantized first, then its
/// multiplier is divided by the count, shifted left by the count's whole bits so that it keeps its precision.
thimble_requant mean_requant(const Tensor& input, const Tensor& output, std::int64_t count) {
  thimble_requant requant = quantize_multiplier(double{input.scale()} / double{output.scale()});
  const int bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(count))) - 1;
  const int shift = std::min({bits, 32, 31 + requant.shift});
  requant.multiplier = static_cast<std::int32_t>((std::int64_t{requant.multiplier} << shift) / count);
  requant.shift -= shift;
  return requant;
}

thimble_mean_params int_params(const NodeView& node) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  require_per_tensor(input);
  require_per_tensor(output);
  const std::int64_t count = reduced_count(node);
  const auto sum_offset = static_cast<std::int32_t>(-input.zero_point() * count);
  return {reduction_of(node), sum_offset, mean_requant(input, output, count), output.zero_point()};
}

/// None for other targets, and where bits could differ.
std::optional<KernelCall> mean_avr(const NodeView& node, const LowerOptions& options) {
  if (!avr_takes_bytes(node, options)) return {};
  const thimble_mean_params whole = int_params(node);
  if (whole.requant.shift > 0) return {};
  const thimble_mean_avr_params params = {whole.reduction, whole.sum_offset, whole.requant.multiplier,
                                          -whole.requant.shift, whole.output_offset};
  return kernel_call("thimble_mean_avr", "ops/mean/mean_avr_kernel", &thimble_mean_avr, params,
                     {in(node.input_id(0)), out(node.output_id(0))});
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions& options) {
  const std::vector<Operand> operands = {in(node.input_id(0)), out(node.output_id(0))};
  switch (node.input(0).type) {
    case Type::kFloat32: {
      const thimble_mean_f32_params params = {reduction_of(node), static_cast<float>(reduced_count(node))};
      return {kernel_call(KERNEL_OF("mean", thimble_mean_f32), params, operands)};
    }
    case Type::kInt8:
      if (const auto avr = mean_avr(node, options)) return {*avr};
      return {kernel_call(KERNEL_OF("mean", thimble_mean_s8), int_params(node), operands)};
    case Type::kUint8:
      return {kernel_call(KERNEL_OF("mean", thimble_mean_u8), int_params(node), operands)};
    case Type::kInt16:
      return {kernel_call(KERNEL_OF("mean", thimble_mean_s16), int_params(node), operands)};
    default:
      no_kernel("MEAN", node.input(0));
  }
}

/// Over the pixels of an image.
std::optional<RowSink> row_sink(const NodeView& node, int, const LowerOptions& options) {
  const Tensor& input = node.input(0);
  if (input.type != Type::kInt8 || input.shape.size() != 4 || input.shape[0] != 1) return std::nullopt;
  if (!node.input(1).constant() || node.output(0).elements() != input.shape[3]) return std::nullopt;
  std::vector<int> axes = integers_of(node.input(1));
  for (int& axis : axes) axis = axis < 0 ? axis + 4 : axis;
  std::ranges::sort(axes);
  if (axes != std::vector<int>{1, 2}) return std::nullopt;
  const thimble_mean_params whole = int_params(node);
  const thimble_mean_of_sums_params params = {input.shape[3], whole.sum_offset, whole.requant, whole.output_offset};
  return summing_sink(
      node, input.shape[2],
      kernel_call(KERNEL_OF("mean", thimble_mean_of_sums_s8), params, {scratch(), out(node.output_id(0))}), options);
}

int tflite_version(const NodeView& node) {
  return node.input(0).type == Type::kInt16 ? 3 : node.input(0).type == Type::kInt8 ? 2 : 1;
}

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  require_layer_rank(builder.tensor(inputs[0]), 4);
  return builder.add("MEAN", {inputs[0], builder.integers({1, 2})}, {{"keep_dims", config.flag("keepdims")}});
}
TensorId build_1d(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  require_layer_rank(builder.tensor(inputs[0]), 3);
  return builder.add("MEAN", {inputs[0], builder.integers({1})}, {{"keep_dims", config.flag("keepdims")}});
}

const LayerCodec kLayers[] = {
    {.class_name = "GlobalAveragePooling2D", .arguments = global_pool_arguments(), .build = build},
    {.class_name = "GlobalAveragePooling1D", .arguments = global_pool_arguments(), .build = build_1d}};

}  // namespace

const Op mean_op = {
    .name = "MEAN",
    .summary = "Mean over some dimensions",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .row_sink = row_sink,
    .quantization = {.supported = true},
    .tflite =
        {.builtin = 40, .max_version = 3, .options_type = 27, .fields = reducer_fields(), .version = tflite_version},
    .layers = kLayers,
    .train = &mean_train,
};

}  // namespace thimble
