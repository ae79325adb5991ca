#include "ops/add/add_avr.h"

#include "ops/add/add_avr_kernel.h"

THIMBLE_PARAMS(thimble_add_avr_params, count, offset_a, offset_b, multiplier_a, shift_a, multiplier_output,
               shift_output, output_offset, output_min, output_max)

namespace thimble {

std::optional<KernelCall> add_avr(const NodeView& node, const thimble_add_params& params, const LowerOptions& options) {
  if (!options.features.avr || node.input(0).type != Type::kInt8 || node.input(0).shape != node.input(1).shape)
    return {};
  if (node.output(0).elements() > UINT16_MAX) return {};
  const bool swapped = params.requant_a.shift == 0;  // the larger scale has the factor 1/2
  const thimble_requant smaller = swapped ? params.requant_b : params.requant_a;
  if (smaller.shift > 0 || params.requant_output.shift > 0) return {};
  const thimble_add_avr_params avr = {static_cast<std::int32_t>(node.output(0).elements()),
                                      swapped ? params.offset_b : params.offset_a,
                                      swapped ? params.offset_a : params.offset_b,
                                      smaller.multiplier,
                                      -smaller.shift,
                                      params.requant_output.multiplier,
                                      -params.requant_output.shift,
                                      params.output_offset,
                                      params.output_min,
                                      params.output_max};
  return kernel_call("thimble_add_avr", "ops/add/add_avr_kernel", &thimble_add_avr, avr,
                     {in(node.input_id(swapped ? 1 : 0)), in(node.input_id(swapped ? 0 : 1)), out(node.output_id(0))});
}

}  // namespace thimble
