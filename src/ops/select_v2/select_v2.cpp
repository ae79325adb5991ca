// SELECT_V2: input 0 chooses between the elements of inputs 1 and 2; all three are broadcast.
#include <algorithm>

#include "ops/broadcast.h"
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/select_v2/select_v2_kernel.h"

THIMBLE_PARAMS(thimble_select_v2_params, size, condition_step, x_step, y_step)

namespace thimble {
extern const Op select_v2_op;
namespace {

constexpr std::size_t kMostLoops = std::size(decltype(thimble_select_v2_params::size){});

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kBool});
  require_type(node.input(2), {node.input(1).type});
  return {{node.input(1).type,
           broadcast_shape(node.input(0).shape, broadcast_shape(node.input(1).shape, node.input(2).shape))}};
}

thimble_select_v2_params params(const NodeView& node) {
  const std::vector<BroadcastLoop> loops =
      broadcast_loops({node.input(0).shape, node.input(1).shape, node.input(2).shape}, node.output(0).shape);
  require(loops.size() <= kMostLoops, "operands are broadcast in more than {} dimensions", kMostLoops);
  thimble_select_v2_params result{};
  std::fill(std::begin(result.size), std::end(result.size), 1);
  for (std::size_t i = 0; i < loops.size(); ++i) {
    const std::size_t slot = kMostLoops - loops.size() + i;
    result.size[slot] = loops[i].size;
    result.condition_step[slot] = loops[i].steps[0];
    result.x_step[slot] = loops[i].steps[1];
    result.y_step[slot] = loops[i].steps[2];
  }
  return result;
}

/// The elements are moved as they are, as TFLite does: scales must agree.
std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  for (const int i : {1, 2}) {
    if (node.input(i).quantization.present()) require_same_quantization(node.input(i), node.output(0));
  }
  const std::vector<Operand> operands = {in(node.input_id(0)), in(node.input_id(1)), in(node.input_id(2)),
                                         out(node.output_id(0))};
  switch (size_of(node.output(0).type)) {
    case 1:
      return {kernel_call(KERNEL_OF("select_v2", thimble_select_v2_8), params(node), operands)};
    case 2:
      return {kernel_call(KERNEL_OF("select_v2", thimble_select_v2_16), params(node), operands)};
    case 4:
      return {kernel_call(KERNEL_OF("select_v2", thimble_select_v2_32), params(node), operands)};
    default:
      return {kernel_call(KERNEL_OF("select_v2", thimble_select_v2_64), params(node), operands)};
  }
}

}  // namespace

const Op select_v2_op = {
    .name = "SELECT_V2",
    .summary = "A choice between the elements of two operands, with broadcasting",
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 123, .max_version = 2, .options_type = 98},
};

}  // namespace thimble
