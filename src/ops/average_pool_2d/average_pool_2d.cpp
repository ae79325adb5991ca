// AVERAGE_POOL_2D: input NHWC; Keras's AveragePooling2D and AveragePooling1D.
#include "ops/average_pool_2d/average_pool_2d_avr_kernel.h"
#include "ops/average_pool_2d/average_pool_2d_dsp_kernel.h"
#include "ops/average_pool_2d/average_pool_2d_host.h"
#include "ops/average_pool_2d/average_pool_2d_kernel.h"
#include "ops/avr.h"
#include "ops/checks.h"
#include "ops/dsp.h"
#include "ops/op.h"
#include "ops/pool.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_average_pool_2d_f32_params, window, output_min, output_max)
THIMBLE_PARAMS(thimble_average_pool_2d_params, window, output_min, output_max)
THIMBLE_PARAMS(thimble_average_pool_2d_dsp_params, window, output_min, output_max)
THIMBLE_PARAMS(thimble_average_pool_2d_avr_params, window, output_min, output_max)

namespace thimble {
extern const Op average_pool_2d_op;
extern const TrainKernels average_pool_2d_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8, Type::kUint8, Type::kInt16});
  return {{node.input(0).type, output_shape(pool_window(node))}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions& options) {
  const std::string& activation = node.attributes().text("activation");
  const std::vector<Operand> operands = {in(node.input_id(0)), out(node.output_id(0))};
  if (node.input(0).type == Type::kFloat32) {
    const FloatRange range = activation_range(activation);
    const thimble_average_pool_2d_f32_params params = {pool_window(node), range.min, range.max};
    KernelCall call = kernel_call(KERNEL_OF("average_pool_2d", thimble_average_pool_2d_f32), params, operands);
    call.host = average_pool_2d_host(params);
    return {call};
  }
  require_same_quantization(node.input(0), node.output(0));
  const IntRange range = activation_range(activation, node.output(0));
  const thimble_average_pool_2d_params params = {pool_window(node), range.min, range.max};
  switch (node.input(0).type) {
    case Type::kInt8: {
      if (dsp_pools(node, params.window, options)) {
        return {kernel_call("thimble_average_pool_2d_dsp", "ops/average_pool_2d/average_pool_2d_dsp_kernel",
                            &thimble_average_pool_2d_dsp, {params.window, range.min, range.max}, operands)};
      }
      if (avr_takes_bytes(node, options) && params.window.filter_h <= 255 / params.window.filter_w) {
        return {kernel_call("thimble_average_pool_2d_avr", "ops/average_pool_2d/average_pool_2d_avr_kernel",
                            &thimble_average_pool_2d_avr, {params.window, range.min, range.max}, operands)};
      }
      KernelCall call = kernel_call(KERNEL_OF("average_pool_2d", thimble_average_pool_2d_s8), params, operands);
      call.host = average_pool_2d_host(params);
      return {call};
    }
    case Type::kUint8:
      return {kernel_call(KERNEL_OF("average_pool_2d", thimble_average_pool_2d_u8), params, operands)};
    case Type::kInt16:
      return {kernel_call(KERNEL_OF("average_pool_2d", thimble_average_pool_2d_s16), params, operands)};
    default:
      no_kernel("AVERAGE_POOL_2D", node.input(0));
  }
}

/// An average over the whole image is a sink; elsewhere it counts the pixels inside, so that nothing can pad.
bool is_global(const thimble_window& w) {
  return w.output_h == 1 && w.output_w == 1 && w.filter_h == w.input_h && w.filter_w == w.input_w;
}

std::optional<RowRule> rows(const NodeView& node) { return row_rule(pool_window(node), std::nullopt); }

std::optional<RowSink> row_sink(const NodeView& node, int, const LowerOptions& options) {
  const thimble_window window = pool_window(node);
  if (!is_global(window) || node.input(0).type != Type::kInt8) return std::nullopt;
  const IntRange range = activation_range(node.attributes().text("activation"), node.output(0));
  const thimble_average_pool_2d_params params = {window, range.min, range.max};
  return summing_sink(node, window.input_w,
                      kernel_call(KERNEL_OF("average_pool_2d", thimble_average_pool_2d_of_sums_s8), params,
                                  {scratch(), out(node.output_id(0))}),
                      options);
}

int tflite_version(const NodeView& node) {
  return node.input(0).type == Type::kInt16 ? 3 : node.input(0).type == Type::kInt8 ? 2 : 1;
}

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  return builder.add("AVERAGE_POOL_2D", {inputs[0]}, pool_attributes(config));
}

TensorId build_1d(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  return pool_1d(builder, "AVERAGE_POOL_2D", config, inputs[0]);
}

const LayerCodec kLayers[] = {{.class_name = "AveragePooling2D", .arguments = pool_arguments(), .build = build},
                              {.class_name = "AveragePooling1D", .arguments = pool_arguments_1d(), .build = build_1d}};

}  // namespace

const Op average_pool_2d_op = {
    .name = "AVERAGE_POOL_2D",
    .summary = "Average over a sliding window",
    .infer = infer,
    .lower = lower,
    .rows = rows,
    .row_sink = row_sink,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 1, .max_version = 3, .options_type = 5, .fields = pool_fields(), .version = tflite_version},
    .layers = kLayers,
    .train = &average_pool_2d_train,
};

}  // namespace thimble
