// MAX_POOL_2D in training. Forward keeps which tap of each window was the greatest, the first of equals; the gradient
// goes there. Taps are numbered as they are visited, those outside of the image left out.
#include <algorithm>

#include "ops/matrix_tile.h"
#include "ops/op.h"
#include "ops/pool.h"
#include "ops/train_activation.h"

namespace thimble {
extern const TrainKernels max_pool_2d_train;
namespace {

struct Plan {
  thimble_window window;  // of one sample
  FusedActivation activation;
  bool disjoint;  // no two windows share a pixel
  bool covering;  // every pixel is in a window

  int input() const { return window.input_h * window.input_w * window.input_c; }
  int output() const { return window.output_h * window.output_w * window.output_c; }
};

/// Calls body(rows, columns, top, left, out) for each window: its taps inside the image, where it begins, and the
/// offset of its output.
template <typename Body>
THIMBLE_INLINE void for_windows(const thimble_window& w, const Body& body) {
  std::ptrdiff_t out = 0;
  for (int y = 0; y < w.output_h; ++y) {
    const int top = y * w.stride_h - w.pad_top;
    const thimble_taps rows = thimble_taps_inside(top, w.filter_h, 1, w.input_h);
    for (int x = 0; x < w.output_w; ++x, out += w.output_c) {
      const int left = x * w.stride_w - w.pad_left;
      body(rows, thimble_taps_inside(left, w.filter_w, 1, w.input_w), top, left, out);
    }
  }
}

void forward(const Plan& plan, const TrainBuffers& buffers) {
  const Plan* p = &plan;
  const TrainBuffers* b = &buffers;
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    const thimble_window w = p->window;
    for_columns<typename decltype(best)::Comparing, 1>(
        w.input_c, [&](auto isa, auto, int c, int lanes) THIMBLE_INLINE_LAMBDA {
          using I = decltype(isa);
          using Vector = typename I::Vector;
          const Vector one = I::all(1.0f);
          const Vector least = I::all(p->activation.least);
          const Vector most = I::all(p->activation.most);
          for (std::ptrdiff_t sample = 0; sample < b->batch; ++sample) {
            const float* input = b->inputs[0] + sample * p->input() + c;
            float* output = b->output + sample * p->output() + c;
            float* taken = b->workspace + sample * p->output() + c;
            for_windows(w, [&](thimble_taps rows, thimble_taps columns, int top, int left,
                               std::ptrdiff_t out) THIMBLE_INLINE_LAMBDA {
              const float* window = input + (std::ptrdiff_t{top} * w.input_w + left) * w.input_c;
              Vector greatest =
                  I::load(window + (std::ptrdiff_t{rows.first} * w.input_w + columns.first) * w.input_c, lanes);
              Vector tap = Vector{};
              Vector number = Vector{};
              for (int i = rows.first; i < rows.last; ++i) {
                for (int j = columns.first; j < columns.last; ++j) {
                  const Vector value = I::load(window + (std::ptrdiff_t{i} * w.input_w + j) * w.input_c, lanes);
                  tap = value > greatest ? number : tap;
                  greatest = value > greatest ? value : greatest;
                  number += one;
                }
              }
              greatest = greatest < least ? least : greatest;
              I::store(output + out, greatest > most ? most : greatest, lanes);
              I::store(taken + out, tap, lanes);
            });
          }
        });
  });
}

void backward(const Plan& plan, const TrainBuffers& buffers) {
  float* gradient = buffers.output_gradient;
  mask_gradient(1, buffers.batch * plan.output(), plan.activation, buffers.output, gradient, gradient,
                buffers.batch * plan.output());
  if (!plan.covering || !plan.disjoint) {
    std::fill_n(buffers.input_gradients[0], std::ptrdiff_t{buffers.batch} * plan.input(), 0.0f);
  }
  const Plan* p = &plan;
  const TrainBuffers* b = &buffers;
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    const thimble_window w = p->window;
    const bool add = !p->disjoint;
    for_columns<typename decltype(best)::Comparing, 1>(
        w.input_c, [&](auto isa, auto, int c, int lanes) THIMBLE_INLINE_LAMBDA {
          using I = decltype(isa);
          using Vector = typename I::Vector;
          const Vector one = I::all(1.0f);
          for (std::ptrdiff_t sample = 0; sample < b->batch; ++sample) {
            float* input = b->input_gradients[0] + sample * p->input() + c;
            const float* output = gradient + sample * p->output() + c;
            const float* taken = b->workspace + sample * p->output() + c;
            for_windows(w, [&](thimble_taps rows, thimble_taps columns, int top, int left, std::ptrdiff_t out)
                               THIMBLE_INLINE_LAMBDA {
                                 const Vector g = I::load(output + out, lanes);
                                 const Vector tap = I::load(taken + out, lanes);
                                 Vector number = Vector{};
                                 float* window = input + (std::ptrdiff_t{top} * w.input_w + left) * w.input_c;
                                 for (int i = rows.first; i < rows.last; ++i) {
                                   for (int j = columns.first; j < columns.last; ++j) {
                                     float* pixel = window + (std::ptrdiff_t{i} * w.input_w + j) * w.input_c;
                                     const Vector share = tap == number ? g : Vector{};
                                     number += one;
                                     I::store(pixel, add ? I::load(pixel, lanes) + share : share, lanes);
                                   }
                                 }
                               });
          }
        });
  });
}

TrainCall compile(const NodeView& node, int batch) {
  const thimble_window w = pool_window(node);
  const bool disjoint = w.stride_h >= w.filter_h && w.stride_w >= w.filter_w;
  const bool covering = w.stride_h <= w.filter_h && w.stride_w <= w.filter_w && w.output_h * w.stride_h >= w.input_h &&
                        w.output_w * w.stride_w >= w.input_w;
  const Plan plan = {w, fused_activation(node.attributes().text("activation")), disjoint, covering};
  return {.workspace = static_cast<std::size_t>(batch) * static_cast<std::size_t>(plan.output()),
          .forward = [plan](const TrainBuffers& buffers) { forward(plan, buffers); },
          .backward = [plan](const TrainBuffers& buffers) { backward(plan, buffers); },
          .reads_inputs = false,
          .reads_output = !plan.activation.none()};
}

}  // namespace

const TrainKernels max_pool_2d_train = {compile, true};

}  // namespace thimble
