// ADD and SUB for 8-bit AVRs.
#pragma once

#include <optional>

#include "kernel/sum_avr.h"
#include "ops/op.h"

namespace thimble {

/// What both operators' parameters have in common.
struct SumFactors {
  std::int32_t offset_a, offset_b;
  thimble_requant requant_a, requant_b, requant_output;
  std::int32_t output_offset, output_min, output_max;
};

/// The sum, or with sign_b = -1 the difference, of two operands of bytes. None for other targets, and where bits could
/// differ.
std::optional<KernelCall> sum_avr(const NodeView& node, const SumFactors& factors, int sign_b,
                                  const LowerOptions& options);

/// The same for the parameters of either operator's portable kernel.
template <typename Params>
std::optional<KernelCall> sum_avr(const NodeView& node, const Params& p, int sign_b, const LowerOptions& options) {
  return sum_avr(node,
                 SumFactors{p.offset_a, p.offset_b, p.requant_a, p.requant_b, p.requant_output, p.output_offset,
                            p.output_min, p.output_max},
                 sign_b, options);
}

}  // namespace thimble
