#include "ops/train_activation.h"

#include <limits>

#include "base/error.h"
#include "ops/matrix_tile.h"

namespace thimble {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

}  // namespace

bool FusedActivation::none() const { return least == -kInfinity && most == kInfinity; }

FusedActivation fused_activation(const std::string& name) {
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
                   float* masked, int stride) {
  if (activation.none() && masked == gradient) return;
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    for_columns<decltype(best), 1>(channels, [&](auto isa, auto, int j, int lanes) THIMBLE_INLINE_LAMBDA {
      using I = decltype(isa);
      const typename I::Vector least = I::all(activation.least), most = I::all(activation.most);
      for (std::ptrdiff_t r = 0; r < rows; ++r) {
        const typename I::Vector value = I::load(y + r * channels + j, lanes);
        const typename I::Vector g = I::load(gradient + r * channels + j, lanes);
        I::store(masked + r * stride + j, inside_or_zero<I>(value, least, most, g), lanes);
      }
    });
    for (std::ptrdiff_t r = 0; r < rows && stride > channels; ++r) {
      for (int c = channels; c < stride; ++c) masked[r * stride + c] = 0.0f;
    }
  });
}

void add_column_sums(int rows, int channels, const float* values, int stride, float* sums) {
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    for_columns<decltype(best), 1>(channels, [&](auto isa, auto, int j, int lanes) THIMBLE_INLINE_LAMBDA {
      using I = decltype(isa);
      constexpr int kChains = 4;  // an addition takes some cycles: sums that do not wait for each other
      typename I::Vector sum[kChains] = {};
      const float* row = values + j;
      int r = 0;
      for (; r + kChains <= rows; r += kChains) {
        for (int i = 0; i < kChains; ++i, row += stride) sum[i] += I::load(row, lanes);
      }
      for (; r < rows; ++r, row += stride) sum[0] += I::load(row, lanes);
      I::store(sums + j, I::load(sums + j, lanes) + ((sum[0] + sum[1]) + (sum[2] + sum[3])), lanes);
    });
  });
}

}  // namespace thimble
