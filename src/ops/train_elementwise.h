// Training of operators that treat each element alone: y = f(x).
#pragma once

#include "ops/matrix_tile.h"
#include "ops/op.h"
#include "ops/train_math.h"

namespace thimble {

/// `Function` has value<I>(x) and slope<I>(x, y), the derivative, of vectors of I.
template <typename Function>
TrainCall elementwise_training(const NodeView& node, const Function& function) {
  const auto elements = static_cast<int>(node.output(0).elements());
  const auto forward = [=](const TrainBuffers& buffers) {
    const float* x = buffers.inputs[0];
    float* y = buffers.output;
    const int count = buffers.batch * elements;
    simd([=](auto best) THIMBLE_INLINE_LAMBDA {
      for_columns<typename decltype(best)::Comparing, 1>(
          count, [&](auto isa, auto, int i, int lanes) THIMBLE_INLINE_LAMBDA {
            using I = decltype(isa);
            I::store(y + i, function.template value<I>(I::load(x + i, lanes)), lanes);
          });
    });
  };
  const auto backward = [=](const TrainBuffers& buffers) {
    const float* x = buffers.inputs[0];
    const float* y = buffers.output;
    const float* gradient = buffers.output_gradient;
    float* result = buffers.input_gradients[0];
    const int count = buffers.batch * elements;
    simd([=](auto best) THIMBLE_INLINE_LAMBDA {
      for_columns<typename decltype(best)::Comparing, 1>(
          count, [&](auto isa, auto, int i, int lanes) THIMBLE_INLINE_LAMBDA {
            using I = decltype(isa);
            const auto slope = function.template slope<I>(I::load(x + i, lanes), I::load(y + i, lanes));
            I::store(result + i, I::load(gradient + i, lanes) * slope, lanes);
          });
    });
  };
  return {.forward = forward, .backward = backward};
}

}  // namespace thimble
