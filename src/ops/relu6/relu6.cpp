// RELU6 as a node of its own.
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/requantize_call.h"

namespace thimble {
extern const Op relu6_op;
extern const TrainKernels relu6_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8, Type::kUint8, Type::kInt16});
  return {{node.input(0).type, node.input(0).shape}};
}

/// Where input and output have different scales this is LiteRT's result; TFLM ignores the output's scale.
std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) { return relu_calls(node, "RELU6"); }

int tflite_version(const NodeView& node) { return node.input(0).type == Type::kFloat32 ? 1 : 2; }

}  // namespace

const Op relu6_op = {
    .name = "RELU6",
    .summary = "min(max(x, 0), 6)",
    .infer = infer,
    .lower = lower,
    .rows = rows_alike,
    .quantization = {.supported = true},
    .tflite = {.builtin = 21, .max_version = 3, .version = tflite_version},
    .train = &relu6_train,
};

}  // namespace thimble
