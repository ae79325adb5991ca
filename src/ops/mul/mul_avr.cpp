#include "ops/mul/mul_avr.h"

#include "ops/avr.h"
#include "ops/mul/mul_avr_kernel.h"

THIMBLE_PARAMS(thimble_mul_avr_params, pairs, offset_a, offset_b, multiplier, shift, output_offset, output_min,
               output_max)

namespace thimble {

std::optional<KernelCall> mul_avr(const NodeView& node, const thimble_mul_params& params, const LowerOptions& options) {
  const auto pairs = avr_pairs(node, options);
  if (!pairs || params.requant.shift > 0) return {};
  const thimble_mul_avr_params avr = {*pairs,
                                      params.offset_a,
                                      params.offset_b,
                                      params.requant.multiplier,
                                      -params.requant.shift,
                                      params.output_offset,
                                      params.output_min,
                                      params.output_max};
  return kernel_call("thimble_mul_avr", "ops/mul/mul_avr_kernel", &thimble_mul_avr, avr,
                     {in(node.input_id(0)), in(node.input_id(1)), out(node.output_id(0))});
}

}  // namespace thimble
