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

/// LiteRT brings the input to the output's scale. TFLM takes it for the input's, whatever it is.
std::vector<KernelCall> lower(const NodeView& node, const LowerOptions& options) {
  const Type type = node.input(0).type;
  if (options.rounding == Rounding::kTflm && (type == Type::kInt8 || type == Type::kInt16)) {
    return {clamp_integers_call(node, "RELU6")};
  }
  return relu_calls(node, "RELU6");
}

int tflite_version(const NodeView& node) { return node.input(0).type == Type::kFloat32 ? 1 : 2; }

}  // namespace

const Op relu6_op = {
    .name = "RELU6",
    .summary = "min(max(x, 0), 6)",
    .infer = infer,
    .lower = lower,
    .rows = rows_alike,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 21, .max_version = 3, .version = tflite_version},
    .train = &relu6_train,
};

}  // namespace thimble
