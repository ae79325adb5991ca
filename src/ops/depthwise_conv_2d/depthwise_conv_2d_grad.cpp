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
  bool reversible;                     // the gradient by the input is a convolution, too
  std::vector<std::ptrdiff_t> offset;  // of each tap in the prepared image, from the window's first pixel
  // The same for that convolution, whose image is the output's gradient with padding around it.
  std::vector<std::ptrdiff_t> reverse_offset;
  int reverse_h, reverse_w;
  // Of the scratch memory: a prepared image, then its gradient or the padded gradient of the output.
  std::size_t gradient_at, end;

  std::ptrdiff_t image() const { return std::ptrdiff_t{height} * width * window.output_c; }
  std::ptrdiff_t reverse_image() const { return std::ptrdiff_t{reverse_h} * reverse_w * window.output_c; }
  std::ptrdiff_t input() const { return std::ptrdiff_t{window.input_h} * window.input_w * window.input_c; }
  int pixels() const { return window.output_h * window.output_w; }
  int taps() const { return window.filter_h * window.filter_w; }
  std::ptrdiff_t row_step() const { return std::ptrdiff_t{window.stride_h} * width * window.output_c; }
  std::ptrdiff_t column_step() const { return std::ptrdiff_t{window.stride_w} * window.output_c; }
  int reach_h() const { return (window.filter_h - 1) * window.dilation_h; }
  int reach_w() const { return (window.filter_w - 1) * window.dilation_w; }
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
  plan.reversible = w.stride_h == 1 && w.stride_w == 1 && plan.multiplier == 1;
  plan.reverse_h = w.input_h + plan.reach_h();
  plan.reverse_w = w.input_w + plan.reach_w();
  for (std::ptrdiff_t i = w.filter_h; i-- > 0;) {
    for (std::ptrdiff_t j = w.filter_w; j-- > 0;) {
      plan.reverse_offset.push_back((i * w.dilation_h * plan.reverse_w + j * w.dilation_w) * w.output_c);
    }
  }
  plan.gradient_at = static_cast<std::size_t>(plan.image());
  plan.end = plan.gradient_at + static_cast<std::size_t>(std::max(plan.image(), plan.reverse_image()));
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

/// An image of rows x columns pixels of `channels` floats, into one that is larger and 0 around it. The place of its
/// first pixel may lie outside of the other: then what does not fit is left out.
struct Frame {
  int rows, columns, channels;
  int top, left;      // of its first pixel in the other
  int height, width;  // of the other
};
void put_into_frame(const Frame& frame, const float* from, float* to) {
  std::fill_n(to, std::ptrdiff_t{frame.height} * frame.width * frame.channels, 0.0f);
  const int first = std::max(0, -frame.left), last = std::min(frame.columns, frame.width - frame.left);
  for (int y = std::max(0, -frame.top); y < std::min(frame.rows, frame.height - frame.top) && first < last; ++y) {
    const float* row = from + std::ptrdiff_t{y * frame.columns + first} * frame.channels;
    std::copy_n(row, std::ptrdiff_t{last - first} * frame.channels,
                to + std::ptrdiff_t{(y + frame.top) * frame.width + frame.left + first} * frame.channels);
  }
}

const float* prepared_image(const Plan& plan, const TrainBuffers& buffers, std::ptrdiff_t sample) {
  const float* input = buffers.inputs[0] + sample * plan.input();
  if (plan.as_is) return input;
  const thimble_window& w = plan.window;
  float* image = buffers.scratch;
  if (plan.multiplier == 1) {
    put_into_frame({w.input_h, w.input_w, w.input_c, w.pad_top, w.pad_left, plan.height, plan.width}, input, image);
    return image;
  }
  std::fill_n(image, plan.image(), 0.0f);
  for_pixels(plan, [&](std::ptrdiff_t pixel, std::ptrdiff_t place) {
    for (int c = 0; c < w.output_c; ++c) image[place + c] = input[pixel + c / plan.multiplier];
  });
  return image;
}

/// output[rows][columns][channels] = start + the sum over the taps of filter[t] * the pixel at offset[t], clamped.
struct Convolution {
  int rows, columns, channels;
  std::ptrdiff_t row_step, column_step;  // from one window to the next
  const std::vector<std::ptrdiff_t>& offset;
  FusedActivation activation;
};
void convolve(const Convolution& convolution, const float* filter, const float* bias, const float* image,
              float* output) {
  const Convolution* p = &convolution;
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    const int channels = p->channels;
    for_columns<decltype(best), 1>(channels, [&](auto isa, auto, int c, int lanes) THIMBLE_INLINE_LAMBDA {
      using I = decltype(isa);
      using Vector = typename I::Vector;
      const Vector least = I::all(p->activation.least);
      const Vector most = I::all(p->activation.most);
      const Vector start = bias ? I::load(bias + c, lanes) : Vector{};
      const int taps = static_cast<int>(p->offset.size());
      for (int y = 0; y < p->rows; ++y) {
        const float* window = image + y * p->row_step + c;
        float* row = output + std::ptrdiff_t{y} * p->columns * channels + c;
        for_rows<8>(p->columns, [&](auto count, int x) THIMBLE_INLINE_LAMBDA {
          Vector sum[count()];
          for (Vector& s : sum) s = start;
          for (int t = 0; t < taps; ++t) {
            const Vector tap = I::load(filter + t * channels + c, lanes);
            const float* pixel = window + p->offset[static_cast<std::size_t>(t)] + x * p->column_step;
            for (int r = 0; r < count(); ++r) sum[r] += tap * I::load(pixel + r * p->column_step, lanes);
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
  const thimble_window& w = plan.window;
  const float* bias = buffers.inputs.size() > 2 ? buffers.inputs[2] : nullptr;
  const Convolution convolution = {w.output_h,         w.output_w,  w.output_c,     plan.row_step(),
                                   plan.column_step(), plan.offset, plan.activation};
  const std::ptrdiff_t output = std::ptrdiff_t{plan.pixels()} * w.output_c;
  for (std::ptrdiff_t sample = 0; sample < buffers.batch; ++sample) {
    convolve(convolution, buffers.inputs[1], bias, prepared_image(plan, buffers, sample),
             buffers.output + sample * output);
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

void reverse_convolution(const Plan& plan, const float* filter, const float* gradient, float* padded, float* input) {
  const thimble_window& w = plan.window;
  put_into_frame({w.output_h, w.output_w, w.output_c, plan.reach_h() - w.pad_top, plan.reach_w() - w.pad_left,
                  plan.reverse_h, plan.reverse_w},
                 gradient, padded);
  const std::ptrdiff_t row = std::ptrdiff_t{plan.reverse_w} * w.output_c;
  convolve({w.input_h, w.input_w, w.input_c, row, w.output_c, plan.reverse_offset, fused_activation("NONE")}, filter,
           nullptr, padded, input);
}

void input_gradient(const Plan& plan, const TrainBuffers& buffers, std::ptrdiff_t sample, const float* gradient) {
  float* input = buffers.input_gradients[0] + sample * plan.input();
  float* image = buffers.scratch + plan.gradient_at;
  if (plan.reversible) return reverse_convolution(plan, buffers.inputs[1], gradient, image, input);
  std::fill_n(input, plan.input(), 0.0f);
  if (plan.as_is) return image_gradient(plan, buffers.inputs[1], gradient, input);
  std::fill_n(image, plan.image(), 0.0f);
  image_gradient(plan, buffers.inputs[1], gradient, image);
  for_pixels(plan, [&](std::ptrdiff_t pixel, std::ptrdiff_t place) {
    for (int c = 0; c < plan.window.input_c; ++c) {
      for (int m = 0; m < plan.multiplier; ++m) input[pixel + c] += image[place + c * plan.multiplier + m];
    }
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
