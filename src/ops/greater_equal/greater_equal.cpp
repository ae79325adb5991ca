// GREATER_EQUAL: whether the first operand is at least the second, broadcast.
#include "ops/greater_equal/greater_equal_kernel.h"

#include "ops/comparison.h"

namespace thimble {
extern const Op greater_equal_op;
namespace {

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  return lower_comparison(node, THIMBLE_COMPARISON_TABLE(greater_equal));
}

}  // namespace

const Op greater_equal_op = {
    .name = "GREATER_EQUAL",
    .summary = "Whether x >= y, elementwise with broadcasting",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer_comparison,
    .lower = lower,
    .tflite = {.builtin = 62, .max_version = 3, .options_type = 45, .version = comparison_version},
};

}  // namespace thimble
