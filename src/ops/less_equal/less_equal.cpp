// LESS_EQUAL: whether the first operand is at most the second, broadcast.
#include "ops/less_equal/less_equal_kernel.h"

#include "ops/comparison.h"

namespace thimble {
extern const Op less_equal_op;
namespace {

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  return lower_comparison(node, THIMBLE_COMPARISON_TABLE(less_equal));
}

}  // namespace

const Op less_equal_op = {
    .name = "LESS_EQUAL",
    .summary = "Whether x <= y, elementwise with broadcasting",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer_comparison,
    .lower = lower,
    .tflite = {.builtin = 63, .max_version = 2, .options_type = 46, .version = comparison_version},
};

}  // namespace thimble
