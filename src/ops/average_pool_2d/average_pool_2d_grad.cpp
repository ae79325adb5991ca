// AVERAGE_POOL_2D in training. Pixels of the padding do not count.
#include <algorithm>

#include "ops/op.h"
#include "ops/pool.h"
#include "ops/simd.h"
#include "ops/train_activation.h"

namespace thimble {
extern const TrainKernels average_pool_2d_train;
namespace {

struct Plan {
  thimble_window window;  // of one sample
  FusedActivation activation;

  std::ptrdiff_t input() const { return std::ptrdiff_t{window.input_h} * window.input_w * window.input_c; }
  std::ptrdiff_t output() const { return std::ptrdiff_t{window.output_h} * window.output_w * window.output_c; }
};

/// Calls body(pixel, out, share) for each pixel of each window: the offsets of the pixel and of the window's output,
/// and what a pixel weighs in that window.
template <typename Body>
THIMBLE_INLINE void for_pixels(const thimble_window& w, const Body& body) {
  std::ptrdiff_t out = 0;
  for (int y = 0; y < w.output_h; ++y) {
    const int top = y * w.stride_h - w.pad_top;
    const thimble_taps rows = thimble_taps_inside(top, w.filter_h, 1, w.input_h);
    for (int x = 0; x < w.output_w; ++x, out += w.output_c) {
      const int left = x * w.stride_w - w.pad_left;
      const thimble_taps columns = thimble_taps_inside(left, w.filter_w, 1, w.input_w);
      const float share = 1.0f / static_cast<float>((rows.last - rows.first) * (columns.last - columns.first));
      for (int i = top + rows.first; i < top + rows.last; ++i) {
        for (int j = left + columns.first; j < left + columns.last; ++j) {
          body((std::ptrdiff_t{i} * w.input_w + j) * w.input_c, out, share);
        }
      }
    }
  }
}

/// to[0 ... n) += from[0 ... n) * factor.
THIMBLE_INLINE void add_scaled(int n, const float* from, float factor, float* to) {
  for (int c = 0; c < n; ++c) to[c] += from[c] * factor;
}

void forward(const Plan& plan, const TrainBuffers& buffers) {
  const Plan* p = &plan;
  const TrainBuffers* b = &buffers;
  std::fill_n(buffers.output, buffers.batch * plan.output(), 0.0f);
  simd([=](auto) THIMBLE_INLINE_LAMBDA {
    for (std::ptrdiff_t sample = 0; sample < b->batch; ++sample) {
      const float* input = b->inputs[0] + sample * p->input();
      float* output = b->output + sample * p->output();
      for_pixels(p->window, [&](std::ptrdiff_t pixel, std::ptrdiff_t out, float share) THIMBLE_INLINE_LAMBDA {
        add_scaled(p->window.input_c, input + pixel, share, output + out);
      });
    }
  });
  add_bias_and_clamp(buffers.batch, static_cast<int>(plan.output()), nullptr, plan.activation, buffers.output);
}

void backward(const Plan& plan, const TrainBuffers& buffers) {
  const Plan* p = &plan;
  const TrainBuffers* b = &buffers;
  const int count = static_cast<int>(buffers.batch * plan.output());
  mask_gradient(1, count, plan.activation, buffers.output, buffers.output_gradient, buffers.output_gradient, count);
  std::fill_n(buffers.input_gradients[0], buffers.batch * plan.input(), 0.0f);
  simd([=](auto) THIMBLE_INLINE_LAMBDA {
    for (std::ptrdiff_t sample = 0; sample < b->batch; ++sample) {
      float* input = b->input_gradients[0] + sample * p->input();
      const float* output = b->output_gradient + sample * p->output();
      for_pixels(p->window, [&](std::ptrdiff_t pixel, std::ptrdiff_t out, float share) THIMBLE_INLINE_LAMBDA {
        add_scaled(p->window.input_c, output + out, share, input + pixel);
      });
    }
  });
}

TrainCall compile(const NodeView& node, int) {
  const Plan plan = {pool_window(node), fused_activation(node.attributes().text("activation"))};
  return {.forward = [plan](const TrainBuffers& buffers) { forward(plan, buffers); },
          .backward = [plan](const TrainBuffers& buffers) { backward(plan, buffers); },
          .reads_inputs = false,
          .reads_output = !plan.activation.none()};
}

}  // namespace

const TrainKernels average_pool_2d_train = {compile};

}  // namespace thimble
