// LESS: whether the first operand is less than the second, broadcast.
#include "ops/less/less_kernel.h"

#include "ops/comparison.h"

namespace thimble {
extern const Op less_op;
namespace {

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  return lower_comparison(node, THIMBLE_COMPARISON_TABLE(less));
}

}  // namespace

const Op less_op = {
    .name = "LESS",
    .summary = "Whether x < y, elementwise with broadcasting",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer_comparison,
    .lower = lower,
    .tflite = {.builtin = 58, .max_version = 3, .options_type = 41, .version = comparison_version},
};

}  // namespace thimble
