#include "ops/sigmoid16.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace thimble {
namespace {

std::optional<int> exact_log2(float x) {
  const float log2 = std::log(x) * (1.0f / std::log(2.0f));
  const float rounded = std::round(log2);
  if (std::abs(log2 - rounded) >= 1e-3f) return std::nullopt;
  return static_cast<int>(rounded);
}

}  // namespace

int log2_of_power(float x, const std::string& name) {
  const std::optional<int> power = exact_log2(x);
  require(power.has_value(), "the scale of '{}' is {}, expected a power of two", name, x);
  return *power;
}

/// Like TFLite's table, each sample but the last, which stands for all beyond it, is moved by half the error that
/// interpolation makes in the middle of its interval.
KernelConstant sigmoid_table() {
  const auto sigmoid = [](double x) { return 65536.0 / (1.0 + std::exp(-x / 24.0)); };
  std::vector<std::uint16_t> table;
  for (int i = 0; i < 255; ++i) {
    const double error = sigmoid(i + 0.5) - (sigmoid(i) + sigmoid(i + 1)) / 2.0;
    table.push_back(static_cast<std::uint16_t>(std::lround(sigmoid(i) + error / 2.0)));
  }
  table.push_back(65535);
  return {"sigmoid_table", Type::kUint16, make_data(table)};
}

SigmoidScale sigmoid_scale(const Tensor& input, bool doubled) {
  const std::optional<int> power = exact_log2(input.scale());
  if (power == -12) return {3, 0};
  if (power == -11 && doubled) return {6, 0};
  double multiplier = double{input.scale()} * 4096.0 * 3.0;
  require(multiplier <= 32767.0, "the scale of '{}' is {}, which is too large", input.name, input.scale());
  int shift = 0;
  for (; multiplier <= 32767.0 / 2.0 && shift <= 30; ++shift) multiplier *= 2.0;
  return {static_cast<int>(multiplier), shift};
}

}  // namespace thimble
