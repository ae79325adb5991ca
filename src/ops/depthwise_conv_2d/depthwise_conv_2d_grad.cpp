// DEPTHWISE_CONV_2D in training. The image is first padded, and each channel repeated as often as it has filters: then
// channel c of the output depends on channel c of that image alone, and whole vectors of channels go together.
#include <algorithm>
#include <memory>

#include "ops/matrix_tile.h"
#include "ops/op.h"
#include "ops/train_activation.h"
#include "ops/window.h"

namespace thimble {
extern const TrainKernels depthwise_conv_2d_train;
namespace {

/// Sizes in floats. The prepared image is [height][width][output_c].
struct Plan {
  thimble_window window;  // of one sample
  FusedActivation activation;
  int multiplier;  // filters of a channel
  int height, width;
  bool as_is;                          // the input needs no preparation
  std::vector<std::ptrdiff_t> offset;  // of each tap in the prepared image, from the window's first pixel
  std::size_t input_gradient_at, end;  // of the scratch memory: a prepared image, then its gradient

  std::ptrdiff_t image() const { return std::ptrdiff_t{height} * width * window.output_c; }
  std::ptrdiff_t input() const { return std::ptrdiff_t{window.input_h} * window.input_w * window.input_c; }
  int pixels() const { return window.output_h * window.output_w; }
  int taps() const { return window.filter_h * window.filter_w; }
  std::ptrdiff_t row_step() const { return std::ptrdiff_t{window.stride_h} * width * window.output_c; }
  std::ptrdiff_t column_step() const { return std::ptrdiff_t{window.stride_w} * window.output_c; }
};

Plan make_plan(const NodeView& node) {
  const Shape& filter = node.input(1).shape;
  Plan plan{};
  thimble_window& w = plan.window;
  w = window_of(node.attributes(), node.input(0), filter[1], filter[2], filter[3]);
  plan.activation = fused_activation(node.attributes().text("activation"));
  plan.multiplier = w.output_c / w.input_c;
  plan.height = std::max((w.output_h - 1) * w.stride_h + (w.filter_h - 1) * w.dilation_h + 1, w.pad_top + w.input_h);
  plan.width = std::max((w.output_w - 1) * w.stride_w + (w.filter_w - 1) * w.dilation_w + 1, w.pad_left + w.input_w);
  plan.as_is = plan.height == w.input_h && plan.width == w.input_w && plan.multiplier == 1;
  for (std::ptrdiff_t i = 0; i < w.filter_h; ++i) {
    for (std::ptrdiff_t j = 0; j < w.filter_w; ++j) {
      plan.offset.push_back((i * w.dilation_h * plan.width + j * w.dilation_w) * w.output_c);
    }
  }
  plan.input_gradient_at = plan.as_is ? 0 : static_cast<std::size_t>(plan.image());
  plan.end = plan.input_gradient_at + (plan.as_is ? 0 : static_cast<std::size_t>(plan.image()));
  return plan;
}

/// Calls body(pixel, place) for the input's pixels: their offsets in the input and in the prepared image.
template <typename Body>
void for_pixels(const Plan& plan, const Body& body) {
  const thimble_window& w = plan.window;
  for (int y = 0; y < w.input_h; ++y) {
    for (int x = 0; x < w.input_w; ++x) {
      body(std::ptrdiff_t{y * w.input_w + x} * w.input_c,
           std::ptrdiff_t{(y + w.pad_top) * plan.width + x + w.pad_left} * w.output_c);
    }
  }
}

const float* prepared_image(const Plan& plan, const TrainBuffers& buffers, std::ptrdiff_t sample) {
  const float* input = buffers.inputs[0] + sample * plan.input();
  if (plan.as_is) return input;
  float* image = buffers.scratch;
  std::fill_n(image, plan.image(), 0.0f);
  for_pixels(plan, [&](std::ptrdiff_t pixel, std::ptrdiff_t place) {
    if (plan.multiplier == 1) {
      std::copy_n(input + pixel, plan.window.input_c, image + place);
      return;
    }
    for (int c = 0; c < plan.window.output_c; ++c) image[place + c] = input[pixel + c / plan.multiplier];
  });
  return image;
}

void forward_sample(const Plan& plan, const TrainBuffers& buffers, const float* image, float* output) {
  const Plan* p = &plan;
  const TrainBuffers* b = &buffers;
  const float* bias = buffers.inputs.size() > 2 ? buffers.inputs[2] : nullptr;
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    const int channels = p->window.output_c;
    for_columns<decltype(best), 1>(channels, [&](auto isa, auto, int c, int lanes) THIMBLE_INLINE_LAMBDA {
      using I = decltype(isa);
      using Vector = typename I::Vector;
      const Vector least = I::all(p->activation.least);
      const Vector most = I::all(p->activation.most);
      const Vector start = bias ? I::load(bias + c, lanes) : Vector{};
      for (int y = 0; y < p->window.output_h; ++y) {
        const float* window = image + y * p->row_step() + c;
        float* row = output + std::ptrdiff_t{y} * p->window.output_w * channels + c;
        for_rows<8>(p->window.output_w, [&](auto count, int x) THIMBLE_INLINE_LAMBDA {
          Vector sum[count()];
          for (Vector& s : sum) s = start;
          for (int t = 0; t < p->taps(); ++t) {
            const Vector tap = I::load(b->inputs[1] + t * channels + c, lanes);
            const float* pixel = window + p->offset[static_cast<std::size_t>(t)] + x * p->column_step();
            for (int r = 0; r < count(); ++r) sum[r] += tap * I::load(pixel + r * p->column_step(), lanes);
          }
          for (int r = 0; r < count(); ++r) {
            I::store(row + (x + r) * channels, clamp_lanes<I>(sum[r], least, most), lanes);
          }
        });
      }
    });
  });
}

void forward(const Plan& plan, const TrainBuffers& buffers) {
  const std::ptrdiff_t output = std::ptrdiff_t{plan.pixels()} * plan.window.output_c;
  for (std::ptrdiff_t sample = 0; sample < buffers.batch; ++sample) {
    forward_sample(plan, buffers, prepared_image(plan, buffers, sample), buffers.output + sample * output);
  }
}

/// Adds what one sample gives.
void filter_gradient(const Plan& plan, const float* image, const float* output_gradient, float* result) {
  const Plan* p = &plan;
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    const int channels = p->window.output_c;
    for_columns<decltype(best), 1>(channels, [&](auto isa, auto, int c, int lanes) THIMBLE_INLINE_LAMBDA {
      using I = decltype(isa);
      using Vector = typename I::Vector;
      for_rows<9>(p->taps(), [&](auto count, int t) THIMBLE_INLINE_LAMBDA {
        Vector sum[count()] = {};
        const float* gradient = output_gradient + c;
        for (int y = 0; y < p->window.output_h; ++y) {
          const float* window = image + y * p->row_step() + c;
          for (int x = 0; x < p->window.output_w; ++x, gradient += channels, window += p->column_step()) {
            const Vector g = I::load(gradient, lanes);
            for (int r = 0; r < count(); ++r) {
              sum[r] += g * I::load(window + p->offset[static_cast<std::size_t>(t + r)], lanes);
            }
          }
        }
        for (int r = 0; r < count(); ++r) {
          float* target = result + (t + r) * channels + c;
          I::store(target, I::load(target, lanes) + sum[r], lanes);
        }
      });
    });
  });
}

/// Adds the gradient by one prepared image to `result`.
void image_gradient(const Plan& plan, const float* filter, const float* gradient, float* result) {
  const Plan* p = &plan;
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    const int channels = p->window.output_c;
    for_columns<decltype(best), 1>(channels, [&](auto isa, auto, int c, int lanes) THIMBLE_INLINE_LAMBDA {
      using I = decltype(isa);
      for (int y = 0; y < p->window.output_h; ++y) {
        for (int t = 0; t < p->taps(); ++t) {
          const typename I::Vector tap = I::load(filter + t * channels + c, lanes);
          const float* g = gradient + std::ptrdiff_t{y} * p->window.output_w * channels + c;
          float* pixel = result + y * p->row_step() + p->offset[static_cast<std::size_t>(t)] + c;
          for (int x = 0; x < p->window.output_w; ++x, g += channels, pixel += p->column_step()) {
            I::store(pixel, I::load(pixel, lanes) + tap * I::load(g, lanes), lanes);
          }
        }
      }
    });
  });
}

void input_gradient(const Plan& plan, const TrainBuffers& buffers, std::ptrdiff_t sample, const float* gradient) {
  float* input = buffers.input_gradients[0] + sample * plan.input();
  std::fill_n(input, plan.input(), 0.0f);
  if (plan.as_is) return image_gradient(plan, buffers.inputs[1], gradient, input);
  float* image = buffers.scratch + plan.input_gradient_at;
  std::fill_n(image, plan.image(), 0.0f);
  image_gradient(plan, buffers.inputs[1], gradient, image);
  for_pixels(plan, [&](std::ptrdiff_t pixel, std::ptrdiff_t place) {
    for (int c = 0; c < plan.window.output_c; ++c) input[pixel + c / plan.multiplier] += image[place + c];
  });
}

void backward(const Plan& plan, const TrainBuffers& buffers) {
  const int channels = plan.window.output_c;
  float* bias = buffers.input_gradients.size() > 2 ? buffers.input_gradients[2] : nullptr;
  const int rows = buffers.batch * plan.pixels();
  mask_gradient(rows, channels, plan.activation, buffers.output, buffers.output_gradient, buffers.output_gradient,
                channels);
  if (bias) {
    std::fill_n(bias, channels, 0.0f);
    add_column_sums(rows, channels, buffers.output_gradient, channels, bias);
  }
  float* filter = buffers.input_gradients[1];
  if (filter) std::fill_n(filter, plan.taps() * channels, 0.0f);
  for (std::ptrdiff_t sample = 0; sample < buffers.batch; ++sample) {
    const float* gradient = buffers.output_gradient + sample * plan.pixels() * channels;
    if (filter) filter_gradient(plan, prepared_image(plan, buffers, sample), gradient, filter);
    if (buffers.input_gradients[0]) input_gradient(plan, buffers, sample, gradient);
  }
}

TrainCall compile(const NodeView& node, int) {
  const auto plan = std::make_shared<const Plan>(make_plan(node));
  return {.scratch = plan->end,
          .forward = [plan](const TrainBuffers& buffers) { forward(*plan, buffers); },
          .backward = [plan](const TrainBuffers& buffers) { backward(*plan, buffers); },
          .reads_output = !plan->activation.none()};
}

}  // namespace

const TrainKernels depthwise_conv_2d_train = {compile};

}  // namespace thimble
