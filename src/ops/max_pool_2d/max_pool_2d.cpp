// MAX_POOL_2D: input NHWC; Keras's MaxPooling2D and MaxPooling1D.
#include "ops/avr.h"
#include "ops/checks.h"
#include "ops/dsp.h"
#include "ops/max_pool_2d/max_pool_2d_avr_kernel.h"
#include "ops/max_pool_2d/max_pool_2d_dsp_kernel.h"
#include "ops/max_pool_2d/max_pool_2d_host.h"
#include "ops/max_pool_2d/max_pool_2d_kernel.h"
#include "ops/op.h"
#include "ops/pool.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_max_pool_2d_f32_params, window, output_min, output_max)
THIMBLE_PARAMS(thimble_max_pool_2d_params, window, output_min, output_max)
THIMBLE_PARAMS(thimble_max_pool_2d_dsp_params, window)
THIMBLE_PARAMS(thimble_max_pool_2d_avr_params, window, output_min, output_max)

namespace thimble {
extern const Op max_pool_2d_op;
extern const TrainKernels max_pool_2d_train;
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
    const thimble_max_pool_2d_f32_params params = {pool_window(node), range.min, range.max};
    KernelCall call = kernel_call(KERNEL_OF("max_pool_2d", thimble_max_pool_2d_f32), params, operands);
    call.host = max_pool_2d_host(params);
    return {call};
  }
  require_same_quantization(node.input(0), node.output(0));
  const IntRange range = activation_range(activation, node.output(0));
  const thimble_max_pool_2d_params params = {pool_window(node), range.min, range.max};
  switch (node.input(0).type) {
    case Type::kInt8: {
      if (dsp_pools(node, params.window, options) && !is_narrow(range.min, range.max)) {
        return {kernel_call("thimble_max_pool_2d_dsp", "ops/max_pool_2d/max_pool_2d_dsp_kernel",
                            &thimble_max_pool_2d_dsp, {params.window}, operands)};
      }
      if (avr_takes_bytes(node, options) && params.window.input_c > 0) {
        return {kernel_call("thimble_max_pool_2d_avr", "ops/max_pool_2d/max_pool_2d_avr_kernel",
                            &thimble_max_pool_2d_avr, {params.window, range.min, range.max}, operands)};
      }
      KernelCall call = kernel_call(KERNEL_OF("max_pool_2d", thimble_max_pool_2d_s8), params, operands);
      call.host = max_pool_2d_host(params);
      return {call};
    }
    case Type::kUint8:
      return {kernel_call(KERNEL_OF("max_pool_2d", thimble_max_pool_2d_u8), params, operands)};
    case Type::kInt16:
      return {kernel_call(KERNEL_OF("max_pool_2d", thimble_max_pool_2d_s16), params, operands)};
    default:
      no_kernel("MAX_POOL_2D", node.input(0));
  }
}

std::optional<RowRule> rows(const NodeView& node) {
  const Type type = node.input(0).type;
  const bool is_byte = type == Type::kInt8 || type == Type::kUint8;
  return row_rule(pool_window(node), is_byte ? std::optional<int>(static_cast<int>(min_of(type))) : std::nullopt);
}

int tflite_version(const NodeView& node) {
  return node.input(0).type == Type::kInt16 ? 3 : node.input(0).type == Type::kInt8 ? 2 : 1;
}

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  return builder.add("MAX_POOL_2D", {inputs[0]}, pool_attributes(config));
}

TensorId build_1d(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  return pool_1d(builder, "MAX_POOL_2D", config, inputs[0]);
}

const LayerCodec kLayers[] = {{.class_name = "MaxPooling2D", .arguments = pool_arguments(), .build = build},
                              {.class_name = "MaxPooling1D", .arguments = pool_arguments_1d(), .build = build_1d}};

}  // namespace

const Op max_pool_2d_op = {
    .name = "MAX_POOL_2D",
    .summary = "Maximum over a sliding window",
    .infer = infer,
    .lower = lower,
    .rows = rows,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 17, .max_version = 3, .options_type = 5, .fields = pool_fields(), .version = tflite_version},
    .layers = kLayers,
    .train = &max_pool_2d_train,
};

}  // namespace thimble
