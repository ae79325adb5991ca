#include "ops/train_activation.h"

#include <limits>

#include "base/error.h"
#include "ops/matrix_tile.h"

namespace thimble {
namespace {

struct Mask {
  FusedActivation activation;
  const float* y;
  const float* gradient;
  float* masked;
  std::ptrdiff_t channels;
  std::ptrdiff_t stride;
};

/// One vector of columns, from j on; returns their sums.
template <typename I>
THIMBLE_INLINE typename I::Vector mask_columns(int rows, int j, int lanes, const Mask& m) {
  using Vector = typename I::Vector;
  const Vector least = I::all(m.activation.least);
  const Vector most = I::all(m.activation.most);
  Vector sum = Vector{};
  for (std::ptrdiff_t r = 0; r < rows; ++r) {
    const Vector y = I::load(m.y + r * m.channels + j, lanes);
    Vector g = I::load(m.gradient + r * m.channels + j, lanes);
    g = y > least ? g : Vector{};
    g = y < most ? g : Vector{};
    I::store(m.masked + r * m.stride + j, g, lanes);
    sum += g;
  }
  return sum;
}

}  // namespace

FusedActivation fused_activation(const std::string& name) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  if (name == "NONE") return {-kInfinity, kInfinity};
  if (name == "RELU") return {0.0f, kInfinity};
  if (name == "RELU6") return {0.0f, 6.0f};
  if (name == "RELU_N1_TO_1") return {-1.0f, 1.0f};
  input_error("a fused activation '{}' cannot be trained through", name);
}

void add_bias_and_clamp(int rows, int channels, const float* bias, const FusedActivation& activation, float* y) {
  simd([=](auto) THIMBLE_INLINE_LAMBDA {
    for (std::ptrdiff_t r = 0; r < rows; ++r) {
      float* row = y + r * channels;
      for (int c = 0; c < channels; ++c) {
        float value = bias ? row[c] + bias[c] : row[c];
        value = value < activation.least ? activation.least : value;
        row[c] = value > activation.most ? activation.most : value;
      }
    }
  });
}

void mask_gradient(int rows, int channels, const FusedActivation& activation, const float* y, const float* gradient,
                   float* masked, int stride, float* bias_gradient) {
  const Mask mask = {activation, y, gradient, masked, channels, stride};
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    for_columns<decltype(best), 1>(channels, [&](auto isa, auto, int j, int lanes) THIMBLE_INLINE_LAMBDA {
      using I = decltype(isa);
      const typename I::Vector sum = mask_columns<I>(rows, j, lanes, mask);
      if (bias_gradient) I::store(bias_gradient + j, sum, lanes);
    });
    for (std::ptrdiff_t r = 0; r < rows && stride > channels; ++r) {
      for (int c = channels; c < stride; ++c) masked[r * stride + c] = 0.0f;
    }
  });
}

}  // namespace thimble
