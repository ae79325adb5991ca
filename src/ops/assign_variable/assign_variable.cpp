// ASSIGN_VARIABLE: its output is the variable itself, which holds the value from then on.
#include "ops/copy.h"
#include "ops/elementwise.h"
#include "ops/op.h"

namespace thimble {
extern const Op assign_variable_op;
namespace {

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) { return {copy_call(node)}; }

}  // namespace

const Op assign_variable_op = {
    .name = "ASSIGN_VARIABLE",
    .summary = "Gives a variable a new value",
    .infer = infer_same,
    .lower = lower,
    .tflite = {.builtin = 144, .options_type = 113},
};

}  // namespace thimble
