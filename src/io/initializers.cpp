#include "io/initializers.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace thimble {
namespace {

/// Standard normal (Box and Muller 1958).
float normal(Random& random) {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - double{random.uniform()}));
  return static_cast<float>(radius * std::cos(2.0 * std::numbers::pi * double{random.uniform()}));
}

/// Redrawn beyond two standard deviations, as Keras does.
float truncated_normal(Random& random) {
  float value = normal(random);
  while (std::fabs(value) > 2.0f) value = normal(random);
  return value;
}

/// Orthonormal rows or columns, whichever are fewer, of normal numbers (Gram, Schmidt, twice for accuracy). The matrix
/// is Keras's, [all but the last dimension x last]; only matrices in Keras's layout are made so.
std::vector<float> orthogonal(const Shape& shape, Random& random) {
  const auto columns = static_cast<std::size_t>(shape.back());
  const std::size_t rows = static_cast<std::size_t>(element_count(shape)) / std::max<std::size_t>(columns, 1);
  const bool wide = columns > rows;
  const std::size_t count = wide ? rows : columns;
  const std::size_t length = wide ? columns : rows;
  std::vector<std::vector<double>> vectors(count, std::vector<double>(length));
  for (std::size_t v = 0; v < count; ++v) {
    std::vector<double>& current = vectors[v];
    for (double& value : current) value = double{normal(random)};
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t u = 0; u < v; ++u) {
        double dot = 0.0;
        for (std::size_t i = 0; i < length; ++i) dot += vectors[u][i] * current[i];
        for (std::size_t i = 0; i < length; ++i) current[i] -= dot * vectors[u][i];
      }
    }
    double square = 0.0;
    for (const double value : current) square += value * value;
    for (double& value : current) value /= std::sqrt(square);
  }
  std::vector<float> result(rows * columns);
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      result[r * columns + c] = static_cast<float>(wide ? vectors[r][c] : vectors[c][r]);
    }
  }
  return result;
}

/// The variance that an initializer which scales by fans is to have.
double variance_of(const std::string& initializer, const WeightSpec& spec) {
  const auto fan_in = static_cast<double>(std::max<std::int64_t>(spec.fan_in, 1));
  const auto fan_out = static_cast<double>(std::max<std::int64_t>(spec.fan_out, 1));
  if (initializer.starts_with("glorot")) return 2.0 / (fan_in + fan_out);
  return (initializer.starts_with("he") ? 2.0 : 1.0) / fan_in;
}

}  // namespace

std::vector<float> initial_values(const WeightSpec& spec, Random& random) {
  const std::string& name = spec.initializer;
  if (name == "orthogonal") return orthogonal(spec.shape, random);
  constexpr double kDeviation = 0.05;                // Keras's default
  constexpr double kTruncated = .87962566103423978;  // of a standard normal cut off at 2
  std::vector<float> result(static_cast<std::size_t>(element_count(spec.shape)), name == "ones" ? 1.0f : 0.0f);
  const auto fill = [&](auto&& draw) { std::ranges::generate(result, draw); };
  if (name == "random_uniform") {
    fill([&] { return random.uniform(-0.05f, 0.05f); });
  } else if (name == "random_normal") {
    fill([&] { return static_cast<float>(kDeviation) * normal(random); });
  } else if (name == "truncated_normal") {
    fill([&] { return static_cast<float>(kDeviation) * truncated_normal(random); });
  } else if (name == "glorot_uniform") {
    const float limit = glorot_limit(spec.fan_in, spec.fan_out);
    fill([&] { return random.uniform(-limit, limit); });
  } else if (name.ends_with("_uniform")) {
    const auto limit = static_cast<float>(std::sqrt(3.0 * variance_of(name, spec)));
    fill([&] { return random.uniform(-limit, limit); });
  } else if (name.ends_with("_normal")) {
    const auto deviation = static_cast<float>(std::sqrt(variance_of(name, spec)) / kTruncated);
    fill([&] { return deviation * truncated_normal(random); });
  } else if (name == "unit_forget") {  // an LSTM's bias: 1 for the forget gate, the second of four
    std::fill_n(result.begin() + std::ssize(result) / 4, std::ssize(result) / 4, 1.0f);
  } else {
    ensure(name == "zeros" || name == "ones", "no initializer is called '{}'", name);
  }
  return result;
}

}  // namespace thimble
