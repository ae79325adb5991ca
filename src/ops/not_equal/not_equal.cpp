// NOT_EQUAL: whether two operands differ, broadcast.
#include "ops/not_equal/not_equal_kernel.h"

#include "ops/comparison.h"

namespace thimble {
extern const Op not_equal_op;
namespace {

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  return lower_comparison(node, THIMBLE_COMPARISON_TABLE(not_equal));
}

}  // namespace

const Op not_equal_op = {
    .name = "NOT_EQUAL",
    .summary = "Whether x differs from y, elementwise with broadcasting",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer_comparison,
    .lower = lower,
    .tflite = {.builtin = 72, .max_version = 4, .options_type = 54, .version = comparison_version},
};

}  // namespace thimble
