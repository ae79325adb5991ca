// REDUCE_MAX: the greatest value over the axes that the constant input 1 lists; Keras's GlobalMaxPooling1D and 2D.
#include "ops/reduce_max/reduce_max_kernel.h"

#include "ops/checks.h"
#include "ops/op.h"
#include "ops/pool.h"
#include "ops/reduction.h"

namespace thimble {
extern const Op reduce_max_op;
extern const TrainKernels reduce_max_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8, Type::kUint8, Type::kInt16, Type::kInt32, Type::kInt64});
  return {{node.input(0).type, reduced_shape(node)}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  if (node.input(0).quantization.present()) require_same_quantization(node.input(0), node.output(0));
  switch (node.input(0).type) {
    case Type::kFloat32:
      return {reduction_call(node, KERNEL_OF("reduce_max", thimble_reduce_max_f32))};
    case Type::kInt8:
      return {reduction_call(node, KERNEL_OF("reduce_max", thimble_reduce_max_s8))};
    case Type::kUint8:
      return {reduction_call(node, KERNEL_OF("reduce_max", thimble_reduce_max_u8))};
    case Type::kInt16:
      return {reduction_call(node, KERNEL_OF("reduce_max", thimble_reduce_max_s16))};
    case Type::kInt32:
      return {reduction_call(node, KERNEL_OF("reduce_max", thimble_reduce_max_s32))};
    case Type::kInt64:
      return {reduction_call(node, KERNEL_OF("reduce_max", thimble_reduce_max_s64))};
    default:
      no_kernel("REDUCE_MAX", node.input(0));
  }
}

int tflite_version(const NodeView& node) {
  return node.input(0).type == Type::kInt16 ? 3 : node.input(0).type == Type::kInt8 ? 2 : 1;
}

TensorId build_2d(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  require_layer_rank(builder.tensor(inputs[0]), 4);
  return builder.add("REDUCE_MAX", {inputs[0], builder.integers({1, 2})}, {{"keep_dims", config.flag("keepdims")}});
}
TensorId build_1d(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  require_layer_rank(builder.tensor(inputs[0]), 3);
  return builder.add("REDUCE_MAX", {inputs[0], builder.integers({1})}, {{"keep_dims", config.flag("keepdims")}});
}

const LayerCodec kLayers[] = {
    {.class_name = "GlobalMaxPooling2D", .arguments = global_pool_arguments(), .build = build_2d},
    {.class_name = "GlobalMaxPooling1D", .arguments = global_pool_arguments(), .build = build_1d}};

}  // namespace

const Op reduce_max_op = {
    .name = "REDUCE_MAX",
    .summary = "Greatest value over some dimensions",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite =
        {.builtin = 82, .max_version = 3, .options_type = 27, .fields = reducer_fields(), .version = tflite_version},
    .layers = kLayers,
    .train = &reduce_max_train,
};

}  // namespace thimble
