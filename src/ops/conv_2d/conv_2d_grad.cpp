// CONV_2D in training. A filter row over NHWC pixels is one contiguous run of floats, and the next output pixel's run
// begins stride * channels floats later: so the convolution is a product of matrices whose left one, with overlapping
// rows, is the (padded) image itself. Nothing is unrolled into memory.
#include <algorithm>
#include <cstring>

#include "ops/conv_2d/conv_2d_winograd.h"
#include "ops/matrix_tile.h"
#include "ops/op.h"
#include "ops/train_activation.h"
#include "ops/train_conv_pool_dense.h"
#include "ops/train_transpose.h"
#include "ops/window.h"

namespace thimble {
extern const TrainKernels conv_2d_train;
namespace {

int round_up(int n) { return (n + kPartLanes - 1) / kPartLanes * kPartLanes; }

/// Sizes in floats. A group is a set of filters with the input channels that they see; mostly there is one.
struct Plan {
  thimble_window window;  // of one sample, already padded
  FusedActivation activation;
  int pad_top, pad_left;
  int padded_h, padded_w;  // of the input with its padding
  bool padded;             // it has any
  bool pointwise;          // 1x1, stride 1: all pixels form one row
  int groups;
  int group_in, group_out;  // channels of a group
  int packed_out;           // group_out, rounded up to whole vectors
  int taps;                 // rows of the packed filter: filter_h * filter_w * group_in
  int run;                  // floats of the input that lie together, for `runs` runs a filter row
  int runs;
  std::vector<std::ptrdiff_t> offset;  // of each tap, from the window's first pixel
  // The scratch memory's parts.
  std::size_t filter_at, gradient_at, image_at, input_gradient_at, filter_gradient_at, end;

  int pixels() const { return window.output_h * window.output_w; }
  std::size_t image() const { return static_cast<std::size_t>(padded_h * padded_w * window.input_c); }
  std::size_t input() const { return static_cast<std::size_t>(window.input_h * window.input_w * window.input_c); }
  int gradient_stride() const { return groups * packed_out; }
  /// Whether the masked gradient needs a place of its own.
  bool spread_gradient() const { return packed_out != group_out; }
  std::size_t packed_filter() const { return static_cast<std::size_t>(groups * taps * packed_out); }
};

void set_runs(Plan& plan) {
  const thimble_window& w = plan.window;
  const bool together = plan.groups == 1 && w.dilation_w == 1;
  plan.run = together ? w.filter_w * w.input_c : plan.group_in;
  plan.runs = together ? 1 : w.filter_w;
  for (int i = 0; i < w.filter_h; ++i) {
    for (int j = 0; j < w.filter_w; ++j) {
      const std::ptrdiff_t pixel = std::ptrdiff_t{i} * w.dilation_h * plan.padded_w + std::ptrdiff_t{j} * w.dilation_w;
      for (int c = 0; c < plan.group_in; ++c) plan.offset.push_back(pixel * w.input_c + c);
    }
  }
}

void set_scratch(Plan& plan) {
  const std::size_t output = static_cast<std::size_t>(plan.pixels()) * static_cast<std::size_t>(plan.gradient_stride());
  plan.filter_at = 0;  // packed filter, then the packed bias; in backward: the filter, readable a vector beyond its end
  plan.filter_gradient_at = plan.packed_filter() + static_cast<std::size_t>(plan.gradient_stride() + kPartLanes);
  plan.gradient_at = plan.filter_gradient_at + plan.packed_filter();
  plan.image_at = plan.gradient_at + (plan.spread_gradient() ? output : 0);
  plan.input_gradient_at = plan.image_at + (plan.padded ? plan.image() : 0);
  plan.end = plan.input_gradient_at + (plan.padded ? plan.image() : 0);
}

Plan make_plan(const NodeView& node) {
  const Shape& filter = node.input(1).shape;
  Plan plan{};
  thimble_window& w = plan.window;
  w = window_of(node.attributes(), node.input(0), filter[1], filter[2], filter[0]);
  plan.activation = fused_activation(node.attributes().text("activation"));
  plan.pad_top = w.pad_top;
  plan.pad_left = w.pad_left;
  const int reach_h = (w.output_h - 1) * w.stride_h + (w.filter_h - 1) * w.dilation_h + 1;
  const int reach_w = (w.output_w - 1) * w.stride_w + (w.filter_w - 1) * w.dilation_w + 1;
  plan.padded_h = std::max(reach_h, w.pad_top + w.input_h);
  plan.padded_w = std::max(reach_w, w.pad_left + w.input_w);
  plan.padded = plan.padded_h != w.input_h || plan.padded_w != w.input_w;
  plan.pointwise = w.filter_h == 1 && w.filter_w == 1 && w.stride_h == 1 && w.stride_w == 1;
  plan.group_in = filter[3];
  plan.groups = w.input_c / filter[3];
  plan.group_out = w.output_c / plan.groups;
  plan.packed_out = round_up(plan.group_out);
  plan.taps = w.filter_h * w.filter_w * plan.group_in;
  set_runs(plan);
  set_scratch(plan);
  return plan;
}

/// A sample's image with its padding, or the input itself where there is none.
const float* padded_image(const Plan& plan, const TrainBuffers& buffers, int sample) {
  const float* from = buffers.inputs[0] + static_cast<std::size_t>(sample) * plan.input();
  if (!plan.padded) return from;
  const thimble_window& w = plan.window;
  const std::size_t row = static_cast<std::size_t>(w.input_w) * static_cast<std::size_t>(w.input_c);
  const std::size_t padded_row = static_cast<std::size_t>(plan.padded_w) * static_cast<std::size_t>(w.input_c);
  const std::size_t left = static_cast<std::size_t>(plan.pad_left * w.input_c);
  float* const image = buffers.scratch + plan.image_at;
  float* to = std::fill_n(image, static_cast<std::size_t>(plan.pad_top) * padded_row, 0.0f);
  for (int y = 0; y < w.input_h; ++y, from += row) {
    to = std::fill_n(to, left, 0.0f);
    to = std::copy_n(from, row, to);
    to = std::fill_n(to, padded_row - left - row, 0.0f);
  }
  std::fill(to, image + plan.image(), 0.0f);
  return image;
}

/// filter [groups * group_out][taps] -> [group][taps][packed_out], then the bias likewise.
void pack(const Plan& plan, const float* filter, const float* bias, float* packed) {
  if (plan.spread_gradient()) std::fill_n(packed, plan.packed_filter(), 0.0f);
  for (int g = 0; g < plan.groups; ++g) {
    transpose_matrix(plan.group_out, plan.taps, filter, plan.taps, packed, plan.packed_out);
    filter += plan.group_out * plan.taps;
    packed += plan.taps * plan.packed_out;
  }
  for (int g = 0; g < plan.groups; ++g) {
    for (int o = 0; o < plan.packed_out; ++o) {
      *packed++ = bias && o < plan.group_out ? bias[g * plan.group_out + o] : 0.0f;
    }
  }
}

void unpack_filter(const Plan& plan, const float* packed, float* filter) {
  for (int g = 0; g < plan.groups; ++g, packed += plan.taps * plan.packed_out) {
    transpose_matrix(plan.taps, plan.group_out, packed, plan.packed_out, filter, plan.taps);
    filter += plan.group_out * plan.taps;
  }
}

/// What one walk over output pixels needs to know; an image of a pointwise convolution is one long row.
struct Walk {
  int rows, columns;                     // of the output
  std::ptrdiff_t row_step, column_step;  // from one output pixel's window to the next, in the padded image
  std::ptrdiff_t filter_row;             // from one row of a window to the next
};

Walk walk_of(const Plan& plan) {
  const thimble_window& w = plan.window;
  const std::ptrdiff_t line = std::ptrdiff_t{plan.padded_w} * w.input_c;
  if (plan.pointwise) return {1, plan.pixels(), 0, w.input_c, 0};
  return {w.output_h, w.output_w, w.stride_h * line, std::ptrdiff_t{w.stride_w} * w.input_c, w.dilation_h * line};
}

/// One row of the output of one group.
template <typename I, typename ColumnStep>
THIMBLE_INLINE void forward_row(const Plan& plan, const Walk& walk, ColumnStep column_step, const float* window,
                                const float* filter, const float* bias, float* output) {
  const std::ptrdiff_t out_c = plan.window.output_c;
  const int packed_out = plan.packed_out;
  for_columns<I>(plan.group_out, [&](auto isa, auto vectors, int o, int lanes) THIMBLE_INLINE_LAMBDA {
    using Part = decltype(isa);
    const typename Part::Vector least = Part::all(plan.activation.least);
    const typename Part::Vector most = Part::all(plan.activation.most);
    for_rows<tile_rows<Part>(vectors())>(walk.columns, [&](auto rows, int x) THIMBLE_INLINE_LAMBDA {
      Tile<Part, rows(), vectors()> tile;
      tile.set_rows(bias + o);
      const float* taps = filter + o;
      for (int i = 0; i < plan.window.filter_h; ++i) {
        const float* pixel = window + x * column_step + i * walk.filter_row;
        for (int j = 0; j < plan.runs; ++j, taps += std::ptrdiff_t{plan.run} * packed_out) {
          const std::ptrdiff_t shift = std::ptrdiff_t{j} * plan.window.dilation_w * plan.window.input_c;
          tile.add(pixel + shift, column_step, kOne, taps, packed_out, plan.run);
        }
      }
      tile.clamp(least, most);
      tile.store(output + x * out_c + o, out_c, false, lanes);
    });
  });
}

void forward_sample(const Plan& plan, const Walk& walk, const float* packed, const float* image, float* output) {
  const Plan* p = &plan;
  simd([=](auto isa) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    for (int line = 0; line < walk.rows; ++line) {
      const float* window = image + line * walk.row_step;
      float* row = output + std::ptrdiff_t{line} * walk.columns * p->window.output_c;
      for (int g = 0; g < p->groups; ++g) {
        const float* filter = packed + std::ptrdiff_t{g} * p->taps * p->packed_out;
        const float* bias = packed + p->packed_filter() + g * p->packed_out;
        const float* from = window + g * p->group_in;
        float* to = row + g * p->group_out;
        if (walk.column_step == 1) {
          forward_row<I>(*p, walk, kOne, from, filter, bias, to);
        } else {
          forward_row<I>(*p, walk, walk.column_step, from, filter, bias, to);
        }
      }
    }
  });
}

void forward(const Plan& plan, const TrainBuffers& buffers) {
  float* packed = buffers.scratch + plan.filter_at;
  pack(plan, buffers.inputs[1], buffers.inputs.size() > 2 ? buffers.inputs[2] : nullptr, packed);
  const Walk walk = walk_of(plan);
  for (int sample = 0; sample < buffers.batch; ++sample) {
    float* output = buffers.output + std::ptrdiff_t{sample} * plan.pixels() * plan.window.output_c;
    forward_sample(plan, walk, packed, padded_image(plan, buffers, sample), output);
  }
}

/// Adds the gradient by the packed filter, [group][taps][packed_out], that `rows` rows of one image give, whose windows
/// begin at `image`.
void filter_gradient(const Plan& plan, const Walk& walk, int rows, const float* image, const float* gradient,
                     float* result) {
  const Plan* p = &plan;
  const int stride = plan.gradient_stride();
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    for (int g = 0; g < p->groups; ++g) {
      const float* group_image = image + g * p->group_in;
      const float* right = gradient + g * p->packed_out;
      float* sums = result + std::ptrdiff_t{g} * p->taps * p->packed_out;
      for_columns<decltype(best)>(p->packed_out, [&](auto isa, auto vectors, int o, int lanes) THIMBLE_INLINE_LAMBDA {
        using I = decltype(isa);
        constexpr int kRows = vectors() == 1 ? 9 : tile_rows<I>(vectors());  // 9: the taps of 3x3, one channel
        for_rows<kRows>(p->taps, [&](auto count, int t) THIMBLE_INLINE_LAMBDA {
          Tile<I, count(), vectors()> tile;
          tile.clear();
          const std::ptrdiff_t* offset = p->offset.data() + t;
          const bool together = offset[count() - 1] - offset[0] == count() - 1;
          for (int y = 0; y < rows; ++y) {
            const float* window = group_image + y * walk.row_step;
            const float* b = right + std::ptrdiff_t{y} * walk.columns * stride + o;
            if (together) {
              tile.add(window + offset[0], kOne, walk.column_step, b, stride, walk.columns);
            } else {
              const float* a[count()];
              for (int r = 0; r < count(); ++r) a[r] = window + offset[r];
              tile.add(a, walk.column_step, b, stride, walk.columns);
            }
          }
          tile.store(sums + t * p->packed_out + o, p->packed_out, true, lanes);
        });
      });
    }
  });
}

/// Adds the gradient by one sample's padded image to `result`. `filter` is the graph's, readable a vector beyond.
void image_gradient(const Plan& plan, const Walk& walk, const float* filter, const float* gradient, float* result) {
  const Plan* p = &plan;
  const int stride = plan.gradient_stride();
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    for (int y = 0; y < walk.rows; ++y) {
      for (int g = 0; g < p->groups; ++g) {
        const float* left = gradient + std::ptrdiff_t{y} * walk.columns * stride + g * p->packed_out;
        const float* right = filter + std::ptrdiff_t{g} * p->group_out * p->taps;
        for (int run = 0; run < p->window.filter_h * p->runs; ++run) {
          const int first_tap = run * p->run;
          float* image = result + y * walk.row_step + g * p->group_in + p->offset[static_cast<std::size_t>(first_tap)];
          for_columns<decltype(best)>(p->run, [&](auto isa, auto vectors, int t, int lanes) THIMBLE_INLINE_LAMBDA {
            using I = decltype(isa);
            for_rows<tile_rows<I>(vectors())>(walk.columns, [&](auto rows, int x) THIMBLE_INLINE_LAMBDA {
              Tile<I, rows(), vectors()> tile;
              tile.clear();
              tile.add(left + std::ptrdiff_t{x} * stride, stride, kOne, right + first_tap + t, p->taps, p->group_out);
              tile.store(image + x * walk.column_step + t, walk.column_step, true, lanes);
            });
          });
        }
      }
    }
  });
}

void crop(const Plan& plan, const float* image, float* input) {
  const thimble_window& w = plan.window;
  const std::size_t row = static_cast<std::size_t>(w.input_w) * static_cast<std::size_t>(w.input_c);
  for (int y = 0; y < w.input_h; ++y, input += row) {
    const int pixel = (plan.pad_top + y) * plan.padded_w + plan.pad_left;
    std::copy_n(image + std::ptrdiff_t{pixel} * w.input_c, row, input);
  }
}

void input_gradient(const Plan& plan, const Walk& walk, const TrainBuffers& buffers, int sample,
                    const float* gradient) {
  float* input = buffers.input_gradients[0] + static_cast<std::size_t>(sample) * plan.input();
  float* image = plan.padded ? buffers.scratch + plan.input_gradient_at : input;
  std::fill_n(image, plan.image(), 0.0f);
  image_gradient(plan, walk, buffers.scratch + plan.filter_at, gradient, image);
  if (plan.padded) crop(plan, image, input);
}

/// A sample's gradient, cut off by the activation, of `pixels` pixels from pixel `first` on, to where the products read
/// it; groups whose filters do not fill whole vectors get room between them. Adds the sums over the pixels to `bias`.
void mask(const Plan& plan, const TrainBuffers& buffers, int sample, std::ptrdiff_t first, int pixels, float* masked,
          float* bias) {
  const int channels = plan.window.output_c;
  const std::ptrdiff_t place = (std::ptrdiff_t{sample} * plan.pixels() + first) * channels;
  float* gradient = buffers.output_gradient + place;
  float* target = plan.groups == 1 ? masked + first * plan.gradient_stride() : gradient;
  const int stride = plan.groups == 1 ? plan.gradient_stride() : channels;
  mask_gradient(pixels, channels, plan.activation, buffers.output + place, gradient, target, stride);
  if (bias) add_column_sums(pixels, channels, target, stride, bias);
  if (plan.groups == 1 || !plan.spread_gradient()) return;
  for (std::ptrdiff_t r = 0; r < pixels; ++r) {
    float* row = masked + (first + r) * plan.gradient_stride();
    std::fill_n(row, plan.gradient_stride(), 0.0f);
    for (int c = 0; c < channels; ++c) {
      row[c / plan.group_out * plan.packed_out + c % plan.group_out] = gradient[r * channels + c];
    }
  }
}

/// The filter as the products by the image read it: whole vectors, also at its end.
void copy_filter(const Plan& plan, const TrainBuffers& buffers) {
  float* filter = buffers.scratch + plan.filter_at;
  filter = std::copy_n(buffers.inputs[1], plan.window.output_c * plan.taps, filter);
  std::fill_n(filter, kPartLanes, 0.0f);
}

/// Goes through a sample's output in blocks of rows that stay in the L1 cache from one use to the next.
void backward(const Plan& plan, const TrainBuffers& buffers) {
  const Walk walk = walk_of(plan);
  const int stride = plan.gradient_stride();
  float* filter = buffers.input_gradients[1] ? buffers.scratch + plan.filter_gradient_at : nullptr;
  float* bias = buffers.input_gradients.size() > 2 ? buffers.input_gradients[2] : nullptr;
  if (filter) std::fill_n(filter, plan.packed_filter(), 0.0f);
  if (bias) std::fill_n(bias, plan.window.output_c, 0.0f);
  if (buffers.input_gradients[0]) copy_filter(plan, buffers);
  const int block = even_piece(walk.rows, std::max(1, 4096 / (walk.columns * stride)));
  for (int sample = 0; sample < buffers.batch; ++sample) {
    const float* image = filter ? padded_image(plan, buffers, sample) : nullptr;
    float* gradient = plan.spread_gradient()
                          ? buffers.scratch + plan.gradient_at
                          : buffers.output_gradient + std::ptrdiff_t{sample} * plan.pixels() * stride;
    for (int y = 0; y < walk.rows; y += block) {
      const int rows = std::min(block, walk.rows - y);
      const std::ptrdiff_t first = std::ptrdiff_t{y} * walk.columns;
      mask(plan, buffers, sample, first, rows * walk.columns, gradient, bias);
      if (filter) filter_gradient(plan, walk, rows, image + y * walk.row_step, gradient + first * stride, filter);
    }
    if (buffers.input_gradients[0]) input_gradient(plan, walk, buffers, sample, gradient);
  }
  if (filter) unpack_filter(plan, filter, buffers.input_gradients[1]);
}

TrainCall compile(const NodeView& node, int) {
  if (std::optional<TrainCall> call = compile_winograd(node)) return *call;
  const auto plan = std::make_shared<const Plan>(make_plan(node));
  return {.scratch = plan->end,
          .forward = [plan](const TrainBuffers& buffers) { forward(*plan, buffers); },
          .backward = [plan](const TrainBuffers& buffers) { backward(*plan, buffers); },
          .reads_output = !plan->activation.none()};
}

}  // namespace

const TrainKernels conv_2d_train = {.compile = compile, .compile_front = compile_conv_pool_dense};

}  // namespace thimble
