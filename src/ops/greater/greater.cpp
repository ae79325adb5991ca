// GREATER: whether the first operand is greater than the second, broadcast.
#include "ops/greater/greater_kernel.h"

#include "ops/comparison.h"

namespace thimble {
extern const Op greater_op;
namespace {

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  return lower_comparison(node, THIMBLE_COMPARISON_TABLE(greater));
}

}  // namespace

const Op greater_op = {
    .name = "GREATER",
    .summary = "Whether x > y, elementwise with broadcasting",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer_comparison,
    .lower = lower,
    .tflite = {.builtin = 61, .max_version = 2, .options_type = 44, .version = comparison_version},
};

}  // namespace thimble
