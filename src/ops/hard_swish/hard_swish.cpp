// HARD_SWISH: x * relu6(x + 3) / 6.
#include "ops/hard_swish/hard_swish_kernel.h"

#include <algorithm>

#include "ops/checks.h"
#include "ops/lut.h"
#include "ops/op.h"
#include "ops/requantize.h"

namespace thimble {
extern const Op hard_swish_op;
extern const TrainKernels hard_swish_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32, Type::kInt8, Type::kUint8});
  return infer_same(node);
}

std::int16_t saturated(std::int64_t value) {
  return static_cast<std::int16_t>(std::clamp<std::int64_t>(value, INT16_MIN, INT16_MAX));
}

/// round(2 a b / 2^16), saturated, ties upwards for positive products and towards zero for negative ones.
std::int16_t high_mul(std::int16_t a, std::int16_t b) {
  const int product = int{a} * b;
  const int nudge = product >= 0 ? 1 << 14 : 1 - (1 << 14);
  return saturated((product + nudge) / (1 << 15));
}

/// A factor with a 16-bit multiplier.
struct Factor {
  std::int16_t multiplier;
  int exponent;
};

Factor factor_of(float factor) {
  const thimble_requant requant = quantize_multiplier(double{factor});
  const bool largest = requant.multiplier >= INT32_MAX - (1 << 15);
  return {largest ? std::int16_t{INT16_MAX} : static_cast<std::int16_t>((requant.multiplier + (1 << 15)) >> 16),
          requant.shift};
}

/// TFLite's reference arithmetic, in 16 bits. Inputs are shifted left by 7 bits first.
struct FixedHardSwish {
  int input_zero_point;
  int output_zero_point;
  Factor to_output;
  Factor to_gate;  // to a scale where 3 is 2^15

  int operator()(int q) const {
    const std::int16_t x = static_cast<std::int16_t>((q - input_zero_point) * (1 << 7));
    const std::int16_t at_output_scale = high_mul(x, to_output.multiplier);
    std::int16_t gate = x;
    if (to_gate.exponent > 0) gate = saturated(std::int64_t{gate} << std::min(to_gate.exponent - 1, 31));
    gate = high_mul(gate, to_gate.multiplier);
    if (to_gate.exponent > 0) gate = saturated(std::int64_t{gate} * 2);
    if (to_gate.exponent < 0) gate = static_cast<std::int16_t>(thimble_rounding_shift(gate, -to_gate.exponent));
    gate = static_cast<std::int16_t>((gate + (1 << 15)) >> 1);
    const std::int16_t product = saturated(int{gate} * at_output_scale / (1 << 15));
    return thimble_rounding_shift(product, -to_output.exponent) + output_zero_point;
  }
};

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  if (input.type == Type::kFloat32) return {elementwise_call(node, KERNEL_OF("hard_swish", thimble_hard_swish_f32))};
  require_per_tensor(input);
  require_per_tensor(output);
  const float fine_scale = (1.0f / 128.0f) * input.scale();
  const FixedHardSwish function = {input.zero_point(), output.zero_point(), factor_of(fine_scale / output.scale()),
                                   factor_of(fine_scale / (3.0f / 32768.0f))};
  require(function.to_output.exponent <= 0, "the scale of '{}' is too small for that of '{}'", output.name, input.name);
  return {table_call(node, function)};
}

}  // namespace

const Op hard_swish_op = {
    .name = "HARD_SWISH",
    .summary = "x * min(max(x + 3, 0), 6) / 6",
    .infer = infer,
    .lower = lower,
    .rows = rows_alike,
    .quantization = {.supported = true},
    .tflite = {.builtin = 117, .options_type = 91},
    .train = &hard_swish_train,
};

}  // namespace thimble
