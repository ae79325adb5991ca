#include "ops/add/add_dsp.h"

#include "ops/add/add_dsp_kernel.h"
#include "ops/dsp.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_dsp_channel, bias, multiplier, addend, shift)
THIMBLE_PARAMS(thimble_add_dsp_params, count, offset_a, offset_b, shift_a, factor_a, factor_output, narrow, output_min,
               output_max)

namespace thimble {
namespace {

bool is_byte(int value) { return value >= -128 && value <= 127; }

}  // namespace

std::optional<KernelCall> add_dsp(const NodeView& node, const thimble_add_params& params, const LowerOptions& options) {
  const bool is_wide = node.input(0).type == Type::kInt16;
  if (!has_dsp_kernels(options) || node.input(0).shape != node.input(1).shape) return {};
  if (is_wide && (params.offset_a != 0 || params.offset_b != 0 || params.output_offset != 0)) return {};
  if (!is_byte(-params.offset_a) || !is_byte(-params.offset_b) || !is_byte(params.output_offset)) return {};
  const bool swapped = params.requant_a.shift == 0;  // the larger scale has the factor 1/2
  thimble_requant smaller = swapped ? params.requant_b : params.requant_a;
  const bool equal = smaller.shift == 0;
  if (equal && is_wide) return {};  // twice the element, in 31 bits
  if (equal) smaller.shift = -1;
  const auto factor_a = dsp_factor(smaller, 0);
  const auto factor_output = dsp_factor(params.requant_output, params.output_offset);
  if (!factor_a || !factor_output) return {};
  const thimble_add_dsp_params dsp = {static_cast<std::int32_t>(node.output(0).elements()),
                                      swapped ? params.offset_b : params.offset_a,
                                      swapped ? params.offset_a : params.offset_b,
                                      is_wide ? 16
                                      : equal ? 22
                                              : 21,
                                      *factor_a,
                                      *factor_output,
                                      is_narrow(params.output_min, params.output_max),
                                      params.output_min,
                                      params.output_max};
  const std::vector<Operand> operands = {in(node.input_id(swapped ? 1 : 0)), in(node.input_id(swapped ? 0 : 1)),
                                         out(node.output_id(0))};
  if (is_wide) return kernel_call("thimble_add_s16_dsp", "ops/add/add_dsp_kernel", &thimble_add_s16_dsp, dsp, operands);
  return kernel_call("thimble_add_dsp", "ops/add/add_dsp_kernel", &thimble_add_dsp, dsp, operands);
}

}  // namespace thimble
