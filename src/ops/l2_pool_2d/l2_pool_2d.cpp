// L2_POOL_2D: input NHWC.
#include "ops/checks.h"
#include "ops/l2_pool_2d/l2_pool_2d_kernel.h"
#include "ops/op.h"
#include "ops/pool.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_l2_pool_2d_params, window, output_min, output_max)

namespace thimble {
extern const Op l2_pool_2d_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32});
  return {{Type::kFloat32, output_shape(pool_window(node))}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const FloatRange range = activation_range(node.attributes().text("activation"));
  const thimble_l2_pool_2d_params params = {pool_window(node), range.min, range.max};
  return {kernel_call(KERNEL_OF("l2_pool_2d", thimble_l2_pool_2d_f32), params,
                      {in(node.input_id(0)), out(node.output_id(0))})};
}

}  // namespace

const Op l2_pool_2d_op = {
    .name = "L2_POOL_2D",
    .summary = "Root of the mean square over a sliding window",
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 12, .options_type = 5, .fields = pool_fields()},
};

}  // namespace thimble
