// READ_VARIABLE: what a variable holds now.
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/elementwise.h"
#include "ops/op.h"

namespace thimble {
extern const Op read_variable_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require(node.input(0).variable, "'{}' is not variable", node.input(0).name);
  return infer_same(node);
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  KernelCall call = copy_call(node);
  call.in_place.clear();  // the variable may be assigned before the value is used
  return {call};
}

}  // namespace

const Op read_variable_op = {
    .name = "READ_VARIABLE",
    .summary = "The value of a variable",
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 143, .options_type = 112},
};

}  // namespace thimble
