// LOG: The natural logarithm; of 8- and 16-bit inputs of 0 or less, the least output.
#include <cmath>

#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/log/log_kernel.h"
#include "ops/lut.h"
#include "ops/op.h"

namespace thimble {
extern const Op log_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8, Type::kInt16});
  return infer_same(node);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  if (node.input(0).type == Type::kFloat32) return {elementwise_call(node, KERNEL_OF("log", thimble_log_f32))};
  const float least =
      static_cast<float>(min_of(node.output(0).type) - node.output(0).zero_point()) * node.output(0).scale();
  return {real_table_call(node, [=](float x) { return x <= 0.0f ? least : std::log(x); })};
}

}  // namespace

const Op log_op = {
    .name = "LOG",
    .summary = "log(x)",
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true},
    .tflite = {.builtin = 73, .max_version = 2},
};

}  // namespace thimble
