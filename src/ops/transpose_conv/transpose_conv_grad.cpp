// TRANSPOSE_CONV in training. What each input pixel sends to its window of outputs is a row of a matrix product, input
// [pixels][input_c] times weights [output_c * filter_h * filter_w][input_c]; the rows are added into the outputs.
#include <algorithm>

#include "ops/matrix.h"
#include "ops/op.h"
#include "ops/train_activation.h"
#include "ops/transpose_conv/transpose_conv_window.h"

namespace thimble {
extern const TrainKernels transpose_conv_train;
namespace {

enum Input { kFilter = 1, kData = 2, kBias = 3 };

struct Plan {
  thimble_window window;
  FusedActivation activation;

  int pixels() const { return window.input_h * window.input_w; }
  int sent() const { return window.output_c * window.filter_h * window.filter_w; }
  std::ptrdiff_t input() const { return std::ptrdiff_t{pixels()} * window.input_c; }
  std::ptrdiff_t output() const { return std::ptrdiff_t{window.output_h} * window.output_w * window.output_c; }
};

/// Calls body(offset in the matrix of what is sent, offset in the output) for each pair that lies inside the output.
template <typename Body>
void for_taps(const thimble_window& w, const Body& body) {
  const std::ptrdiff_t taps = std::ptrdiff_t{w.filter_h} * w.filter_w;
  for (int y = 0; y < w.input_h; ++y) {
    const int top = y * w.stride_h - w.pad_top;
    const thimble_taps rows = thimble_taps_inside(top, w.filter_h, 1, w.output_h);
    for (int x = 0; x < w.input_w; ++x) {
      const int left = x * w.stride_w - w.pad_left;
      const thimble_taps columns = thimble_taps_inside(left, w.filter_w, 1, w.output_w);
      const std::ptrdiff_t pixel = (std::ptrdiff_t{y} * w.input_w + x) * taps * w.output_c;
      for (int i = rows.first; i < rows.last; ++i) {
        for (int j = columns.first; j < columns.last; ++j) {
          const std::ptrdiff_t target = (std::ptrdiff_t{top + i} * w.output_w + left + j) * w.output_c;
          for (int c = 0; c < w.output_c; ++c) body(pixel + c * taps + i * w.filter_w + j, target + c);
        }
      }
    }
  }
}

void forward(const Plan& plan, const TrainBuffers& buffers) {
  const thimble_window& w = plan.window;
  float* sent = buffers.workspace;
  std::fill_n(buffers.output, buffers.batch * plan.output(), 0.0f);
  for (std::ptrdiff_t sample = 0; sample < buffers.batch; ++sample) {
    float* output = buffers.output + sample * plan.output();
    multiply_rows(plan.pixels(), plan.sent(), w.input_c, buffers.inputs[kData] + sample * plan.input(), w.input_c,
                  buffers.inputs[kFilter], w.input_c, sent, plan.sent());
    for_taps(w, [&](std::ptrdiff_t from, std::ptrdiff_t to) { output[to] += sent[from]; });
  }
  add_bias_and_clamp(buffers.batch * w.output_h * w.output_w, w.output_c,
                     buffers.inputs.size() > kBias ? buffers.inputs[kBias] : nullptr, plan.activation, buffers.output);
}

void backward(const Plan& plan, const TrainBuffers& buffers) {
  const thimble_window& w = plan.window;
  const int rows = buffers.batch * w.output_h * w.output_w;
  float* gradient = buffers.output_gradient;
  mask_gradient(rows, w.output_c, plan.activation, buffers.output, gradient, gradient, w.output_c);
  if (float* bias = buffers.input_gradients.size() > kBias ? buffers.input_gradients[kBias] : nullptr) {
    std::fill_n(bias, w.output_c, 0.0f);
    add_column_sums(rows, w.output_c, gradient, w.output_c, bias);
  }
  float* sent = buffers.workspace;
  for (std::ptrdiff_t sample = 0; sample < buffers.batch; ++sample) {
    const float* output = gradient + sample * plan.output();
    std::fill_n(sent, std::ptrdiff_t{plan.pixels()} * plan.sent(), 0.0f);
    for_taps(w, [&](std::ptrdiff_t to, std::ptrdiff_t from) { sent[to] = output[from]; });
    if (float* filter = buffers.input_gradients[kFilter]) {
      multiply(plan.sent(), w.input_c, plan.pixels(), columns_of(sent, plan.sent()),
               buffers.inputs[kData] + sample * plan.input(), w.input_c, filter, w.input_c, sample > 0);
    }
    if (float* input = buffers.input_gradients[kData]) {
      multiply(plan.pixels(), w.input_c, plan.sent(), rows_of(sent, plan.sent()), buffers.inputs[kFilter], w.input_c,
               input + sample * plan.input(), w.input_c, false);
    }
  }
}

TrainCall compile(const NodeView& node, int) {
  const Plan plan = {transpose_conv_window(node, node.output(0).shape),
                     fused_activation(node.attributes().text("activation"))};
  return {.workspace = static_cast<std::size_t>(plan.pixels()) * static_cast<std::size_t>(plan.sent()),
          .forward = [plan](const TrainBuffers& buffers) { forward(plan, buffers); },
          .backward = [plan](const TrainBuffers& buffers) { backward(plan, buffers); }};
}

}  // namespace

const TrainKernels transpose_conv_train = {compile};

}  // namespace thimble
