// ZEROS_LIKE: a tensor of the input's type and shape, of zeros.
#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/zeros_like/zeros_like_kernel.h"

THIMBLE_PARAMS(thimble_zeros_like_params, bytes)

namespace thimble {
extern const Op zeros_like_op;
namespace {

/// The bits are zeros, whatever the zero point: as TFLite does.
std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const thimble_zeros_like_params params = {static_cast<std::int32_t>(node.output(0).bytes())};
  return {kernel_call(KERNEL_OF("zeros_like", thimble_zeros_like), params, {out(node.output_id(0))})};
}

}  // namespace

const Op zeros_like_op = {
    .name = "ZEROS_LIKE",
    .summary = "Zeros in the shape of the input",
    .infer = infer_same,
    .lower = lower,
    .tflite = {.builtin = 93, .options_type = 67},
};

}  // namespace thimble
