#include "ops/add/add_mve.h"

#include "ops/add/add_mve_kernel.h"
#include "ops/dsp.h"
#include "ops/mve.h"

THIMBLE_PARAMS(thimble_add_mve_params, offset_a, multiplier_a, requant_shift_a, factor_a, offset_b, factor_b,
               multiplier, shift, zero_point, exact, count, narrow, output_min, output_max)

namespace thimble {

std::optional<KernelCall> add_mve(const NodeView& node, const thimble_add_params& params, const LowerOptions& options) {
  const bool is_wide = node.input(0).type == Type::kInt16;
  if (!options.features.mve || node.input(0).shape != node.input(1).shape) return {};
  if (is_wide && (params.offset_a != 0 || params.offset_b != 0 || params.output_offset != 0)) return {};
  if (!mve_is_byte(-params.offset_a) || !mve_is_byte(-params.offset_b) || !mve_is_byte(params.output_offset)) return {};
  const bool swapped = params.requant_a.shift == 0;  // the larger scale has the factor 1/2
  thimble_requant smaller = swapped ? params.requant_b : params.requant_a;
  const bool equal = smaller.shift == 0;
  if (equal) smaller.shift = -1;
  const auto factor_a = mve_factor(smaller), factor = mve_factor(params.requant_output);
  if (!factor_a || !factor) return {};
  const int bits = is_wide ? 15 : 20, shift_a = equal ? bits + 1 : bits, shift_b = bits - 1;
  const int offset_a = swapped ? params.offset_b : params.offset_a;
  const int offset_b = swapped ? params.offset_a : params.offset_b;
  const thimble_add_mve_params mve = {
      offset_a * (1 << shift_a),
      factor_a->multiplier,
      factor_a->shift,
      1 << shift_a,
      offset_b * (1 << shift_b),
      1 << shift_b,
      factor->multiplier,
      factor->shift,
      is_wide ? mve_range_16(params.output_min, params.output_max) : params.output_offset,
      mve_exact(node, params.output_min) ? 1 : 0,
      static_cast<std::int32_t>(node.output(0).elements()),
      is_narrow(params.output_min, params.output_max),
      params.output_min,
      params.output_max};
  const std::vector<Operand> operands = {in(node.input_id(swapped ? 1 : 0)), in(node.input_id(swapped ? 0 : 1)),
                                         out(node.output_id(0))};
  if (is_wide) return kernel_call("thimble_add_s16_mve", "ops/add/add_mve_kernel", &thimble_add_s16_mve, mve, operands);
  return kernel_call("thimble_add_mve", "ops/add/add_mve_kernel", &thimble_add_mve, mve, operands);
}

}  // namespace thimble
