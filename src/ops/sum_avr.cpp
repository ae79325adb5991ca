#include "ops/sum_avr.h"

#include <utility>

#include "ops/avr.h"

THIMBLE_PARAMS(thimble_sum_avr_params, pairs, offset_a, offset_b, sign_a, sign_b, multiplier_a, shift_a,
               multiplier_output, shift_output, output_offset, output_min, output_max)

namespace thimble {

std::optional<KernelCall> sum_avr(const NodeView& node, const SumFactors& factors, int sign_b,
                                  const LowerOptions& options) {
  auto pairs = avr_pairs(node, options);
  if (!pairs) return {};
  SumFactors f = factors;
  int sign_a = 1;
  TensorId a = node.input_id(0), b = node.input_id(1);
  if (f.requant_a.shift == 0) {  // the larger scale has the factor 1/2: it comes second
    std::swap(f.offset_a, f.offset_b);
    std::swap(f.requant_a, f.requant_b);
    std::swap(sign_a, sign_b);
    std::swap(pairs->step_a, pairs->step_b);
    std::swap(pairs->turn_a, pairs->turn_b);
    std::swap(a, b);
  }
  if (f.requant_a.shift > 0 || f.requant_output.shift > 0) return {};
  const thimble_sum_avr_params params = {*pairs,
                                         f.offset_a,
                                         f.offset_b,
                                         sign_a,
                                         sign_b,
                                         f.requant_a.multiplier,
                                         -f.requant_a.shift,
                                         f.requant_output.multiplier,
                                         -f.requant_output.shift,
                                         f.output_offset,
                                         f.output_min,
                                         f.output_max};
  return kernel_call("thimble_sum_avr", "kernel/sum_avr", &thimble_sum_avr, params,
                     {in(a), in(b), out(node.output_id(0))});
}

}  // namespace thimble
