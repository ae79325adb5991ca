// RSQRT: 1 / sqrt(x). Of quantized inputs of 0 or less: the greatest output.
#include "ops/rsqrt/rsqrt_kernel.h"

#include <cmath>

#include "kernel/fixed_exp.h"
#include "ops/checks.h"
#include "ops/lut.h"
#include "ops/op.h"
#include "ops/requantize.h"

namespace thimble {
extern const Op rsqrt_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8});
  return infer_same(node);
}

/// 1 / sqrt(x) for an integer x > 0, as TFLite has it: Newton's iteration for x scaled into [1/2, 2) in Q3.28, from 1,
/// y = y (3 - x y^2) / 2, five times; then the power of two that is left.
thimble_requant inverse_sqrt(std::int32_t x) {
  if (x == 1) return {INT32_MAX, 0};
  const int pairs = (thimble_leading_zeros(static_cast<std::uint32_t>(x)) - 1) / 2 - 1;
  int right_shift = 11 - pairs;
  const std::int32_t scaled = (x << (2 * pairs)) >> 1;
  const std::int32_t half = thimble_rounding_shift(scaled, 1);
  constexpr std::int32_t kThreeHalves = (1 << 28) + (1 << 27);
  std::int32_t y = 1 << 28;
  for (int i = 0; i < 5; ++i) {
    const std::int32_t cube = thimble_saturating_shl(thimble_high_mul(thimble_high_mul(y, y), y), 6);
    y = thimble_saturating_shl(thimble_wrap_sub(thimble_high_mul(kThreeHalves, y), thimble_high_mul(half, cube)), 3);
  }
  y = thimble_high_mul(y, 1518500250);  // sqrt(1/2)
  if (right_shift < 0) {
    y = thimble_wrap_shl(y, -right_shift);
    right_shift = 0;
  }
  return {y, -right_shift};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  if (input.type == Type::kFloat32) return {elementwise_call(node, KERNEL_OF("rsqrt", thimble_rsqrt_f32))};
  require_per_tensor(input);
  require_per_tensor(output);
  constexpr int kFractionBits = 20;
  const thimble_requant requant = quantize_multiplier(1.0 / double{std::sqrt(input.scale()) * output.scale()});
  require(requant.shift - kFractionBits >= -31, "the scale of '{}' is too large", output.name);
  return {table_call(node, [&](int q) {
    const int x = q - input.zero_point();
    if (x <= 0) return 127;
    const thimble_requant inverse = inverse_sqrt(x);
    const std::int32_t fraction = thimble_multiply(1, inverse.multiplier, inverse.shift + kFractionBits);
    return thimble_wrap_add(thimble_multiply(fraction, requant.multiplier, requant.shift - kFractionBits),
                            output.zero_point());
  })};
}

}  // namespace

const Op rsqrt_op = {
    .name = "RSQRT",
    .summary = "1 / sqrt(x)",
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true},
    .tflite = {.builtin = 76, .max_version = 3},
};

}  // namespace thimble
