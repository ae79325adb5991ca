// EQUAL: whether two operands are equal, broadcast.
#include "ops/equal/equal_kernel.h"

#include "ops/comparison.h"

namespace thimble {
extern const Op equal_op;
namespace {

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  return lower_comparison(node, THIMBLE_COMPARISON_TABLE(equal));
}

}  // namespace

const Op equal_op = {
    .name = "EQUAL",
    .summary = "Whether x = y, elementwise with broadcasting",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer_comparison,
    .lower = lower,
    .tflite = {.builtin = 71, .max_version = 5, .options_type = 53, .version = comparison_version},
};

}  // namespace thimble
