// POW: input 0 to the power of input 1, broadcast.
#include "ops/broadcast.h"
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/pow/pow_kernel.h"

namespace thimble {
extern const Op pow_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt32});
  require_type(node.input(1), {node.input(0).type});
  return {{node.input(0).type, broadcast_shape(node.input(0).shape, node.input(1).shape)}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const std::vector<Operand> operands = {in(node.input_id(0)), in(node.input_id(1)), out(node.output_id(0))};
  KernelCall call = node.input(0).type == Type::kFloat32
                        ? kernel_call(KERNEL_OF("pow", thimble_pow_f32), broadcast_of(node), operands)
                        : kernel_call(KERNEL_OF("pow", thimble_pow_s32), broadcast_of(node), operands);
  call.in_place = overwritable_inputs(node);
  return {call};
}

}  // namespace

const Op pow_op = {
    .name = "POW",
    .summary = "Powers, with broadcasting",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 78, .options_type = 56},
};

}  // namespace thimble
