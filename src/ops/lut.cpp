#include "ops/lut.h"

#include <algorithm>
#include <cmath>

namespace thimble {

std::vector<std::int16_t> int16_table(float input_scale, int input_zero_point, float output_scale,
                                      int output_zero_point, float (*function)(float)) {
  constexpr int kSteps = 512;
  const float input_min = input_scale * static_cast<float>(-32768 - input_zero_point);
  const float input_max = input_scale * static_cast<float>(32767 - input_zero_point);
  const float output_min = output_scale * static_cast<float>(-32768 - output_zero_point);
  const float output_max = output_scale * static_cast<float>(32767 - output_zero_point);
  const float step = (input_max - input_min) / kSteps;
  const float half_step = step / 2;
  const float inverse_scale = 65536.0f / (output_max - output_min);
  const auto stored = [](float value) { return static_cast<std::int16_t>(std::clamp(value, -32768.0f, 32767.0f)); };
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

Bytes table_of_8_bits(const Tensor& input, const Tensor& output, float (*function)(float)) {
  const float inverse_scale = 1 / output.scale();
  const auto lowest = static_cast<int>(min_of(output.type));
  const auto highest = static_cast<int>(max_of(output.type));
  Bytes table;
  for (auto q = static_cast<int>(min_of(input.type)); q <= static_cast<int>(max_of(input.type)); ++q) {
    const float x = input.scale() * static_cast<float>(q - input.zero_point());
    const float y = std::round(function(x) * inverse_scale) + static_cast<float>(output.zero_point());
    const float clamped = std::isnan(y) ? 0.0f : std::clamp(y, static_cast<float>(lowest), static_cast<float>(highest));
    table.push_back(static_cast<std::uint8_t>(static_cast<int>(clamped)));
  }
  return table;
}

}  // namespace thimble
