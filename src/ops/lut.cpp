#include "ops/lut.h"

#include <algorithm>
#include <cmath>

#include "kernel/lut.h"
#include "ops/checks.h"

namespace thimble {
namespace {

thimble_elementwise_params count_of(const NodeView& node) {
  return {static_cast<std::int32_t>(node.output(0).elements())};
}

std::vector<Operand> operands_of(const NodeView& node) {
  return {in(node.input_id(0)), in_flash(constant(0)), out(node.output_id(0))};
}

}  // namespace

std::vector<std::int16_t> int16_table(float input_scale, int input_zero_point, float output_scale,
                                      int output_zero_point, const std::function<float(float)>& function) {
  constexpr int kSteps = 512;
  const float input_min = input_scale * static_cast<float>(-32768 - input_zero_point);
  const float input_max = input_scale * static_cast<float>(32767 - input_zero_point);
  const float output_min = output_scale * static_cast<float>(-32768 - output_zero_point);
  const float output_max = output_scale * static_cast<float>(32767 - output_zero_point);
  const float step = (input_max - input_min) / kSteps;
  const float half_step = step / 2;
  const float inverse_scale = 65536.0f / (output_max - output_min);
  const auto stored = [](float value) {
    return static_cast<std::int16_t>(std::isnan(value) ? 0.0f : std::clamp(value, -32768.0f, 32767.0f));
  };
  std::vector<std::int16_t> table;
  for (int i = 0; i < kSteps; ++i) {
    const float x = input_min + static_cast<float>(i) * step;
    const float sample = std::round(function(x) * inverse_scale);
    const float middle = std::round(function(x + half_step) * inverse_scale);
    const float next = function(input_min + static_cast<float>(i + 1) * step);
    const float interpolated = std::round((next * inverse_scale + sample) / 2);
    table.push_back(stored(sample - std::round((interpolated - middle) / 2)));
  }
  table.push_back(stored(std::round(function(input_max) * inverse_scale)));
  return table;
}

KernelCall table_call(const NodeView& node, const std::function<int(int)>& function) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  const auto lowest = static_cast<int>(min_of(output.type));
  const auto highest = static_cast<int>(max_of(output.type));
  std::vector<std::uint8_t> table(256);
  for (auto q = static_cast<int>(min_of(input.type)); q <= static_cast<int>(max_of(input.type)); ++q) {
    table[static_cast<std::uint8_t>(q)] = static_cast<std::uint8_t>(std::clamp(function(q), lowest, highest));
  }
  KernelCall call = kernel_call("thimble_lut_8", "kernel/lut", &thimble_lut_8, count_of(node), operands_of(node));
  call.constants = {{"table", Type::kUint8, make_data(table)}};
  call.in_place = {node.input_id(0)};
  return call;
}

KernelCall real_table_call(const NodeView& node, const std::function<float(float)>& function) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  require_per_tensor(input);
  require_per_tensor(output);
  if (input.type == Type::kInt16) {
    KernelCall call = kernel_call("thimble_lut_16", "kernel/lut", &thimble_lut_16, count_of(node), operands_of(node));
    call.constants = {
        {"table", Type::kInt16,
         make_data(int16_table(input.scale(), input.zero_point(), output.scale(), output.zero_point(), function))}};
    call.in_place = {node.input_id(0)};
    return call;
  }
  const float inverse_scale = 1 / output.scale();
  return table_call(node, [&](int q) {
    const float x = input.scale() * static_cast<float>(q - input.zero_point());
    const float y = std::round(function(x) * inverse_scale) + static_cast<float>(output.zero_point());
    return std::isnan(y) ? 0 : static_cast<int>(std::clamp(y, -1e6f, 1e6f));
  });
}

}  // namespace thimble
