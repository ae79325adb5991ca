// An image is cut into tiles of 2x2 outputs, which see 4x4 pixels each. With d the pixels, g a filter and y the outputs
// of a tile, one channel of each: y = At [(G g Gt) * (Bt d B)] A, where * multiplies elements; the gradient of g is
// Gt [sum over tiles of (Bt d B) * (A dy At)] G; that of the image is a convolution itself, of the gradient in a wider
// padding with the rotated filter. Over channels the 16 products of elements are 16 products of matrices.
#include "ops/conv_2d/conv_2d_winograd.h"

#include <algorithm>
#include <limits>
#include <memory>

#include "ops/matrix_tile.h"
#include "ops/train_activation.h"
#include "ops/train_transpose.h"
#include "ops/window.h"

namespace thimble {
namespace {

constexpr int kPoints = 16;  // of a tile, transformed
constexpr int kTaps = 9;
constexpr int kTilesAtOnce = 32;  // some; their matrices should stay in the L2 cache
constexpr FusedActivation kNoActivation = {-std::numeric_limits<float>::infinity(),
                                           std::numeric_limits<float>::infinity()};

std::ptrdiff_t floats(int a, int b, int c = 1) { return std::ptrdiff_t{a} * b * c; }

/// A convolution of padded images, (2 rows + 2) x (2 columns + 2) x in_c, to 2 rows x 2 columns x out_c.
struct Tiling {
  int rows, columns;  // of tiles
  int in_c, out_c;

  int rows_at_once() const { return std::clamp(kTilesAtOnce / columns, 1, rows); }
  int tiles_at_once() const { return rows_at_once() * columns; }
  std::ptrdiff_t image_row() const { return floats(2 * columns + 2, in_c); }
  std::ptrdiff_t output_row() const { return floats(2 * columns, out_c); }
  std::ptrdiff_t image() const { return (2 * rows + 2) * image_row(); }
  std::ptrdiff_t filter() const { return floats(in_c, out_c); }
  /// From one point's matrix to the next: one line more than it takes, so that points do not share cache sets.
  std::ptrdiff_t point(int channels) const { return floats(tiles_at_once(), channels) + 16; }
  /// Of what is transformed: `in_c` and `out_c` channels of tiles_at_once() tiles.
  std::ptrdiff_t scratch() const { return kPoints * (point(in_c) + point(out_c)); }
};

/// Bt of four vectors.
template <typename V>
THIMBLE_INLINE void transform_pixels(const V& a, const V& b, const V& c, const V& d, V (&result)[4]) {
  result[0] = a - c;
  result[1] = b + c;
  result[2] = c - b;
  result[3] = b - d;
}

/// At of four vectors.
template <typename V>
THIMBLE_INLINE void transform_products(const V& a, const V& b, const V& c, const V& d, V (&result)[2]) {
  result[0] = a + b + c;
  result[1] = b - c - d;
}

/// A of two vectors.
template <typename V>
THIMBLE_INLINE void transform_gradients(const V& a, const V& b, V (&result)[4]) {
  result[0] = a;
  result[1] = a + b;
  result[2] = a - b;
  result[3] = V{} - b;
}

/// G of three vectors.
template <typename V>
THIMBLE_INLINE void transform_taps(const V& a, const V& b, const V& c, V (&result)[4]) {
  result[0] = a;
  result[1] = 0.5f * (a + b + c);
  result[2] = 0.5f * (a - b + c);
  result[3] = c;
}

/// Gt of four vectors.
template <typename V>
THIMBLE_INLINE void transform_sums(const V& a, const V& b, const V& c, const V& d, V (&result)[3]) {
  result[0] = a + 0.5f * (b + c);
  result[1] = 0.5f * (b - c);
  result[2] = d + 0.5f * (b + c);
}

/// body(isa, tile, row, column, channel, lanes) for all vectors of channels of the tiles in `rows` rows.
template <typename Body>
void for_tiles(const Tiling& tiling, int rows, int channels, const Body& body) {
  const int columns = tiling.columns;
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    for (int row = 0, tile = 0; row < rows; ++row) {
      for (int column = 0; column < columns; ++column, ++tile) {
        for_columns<decltype(best), 1>(
            channels, [&](auto isa, auto, int c, int) THIMBLE_INLINE_LAMBDA { body(isa, tile, row, column, c); });
      }
    }
  });
}

/// points[16][tiles][in_c] of the tiles whose pixels begin at `image`.
void transform_image(const Tiling& tiling, int rows, const float* image, float* points) {
  const std::ptrdiff_t line = tiling.image_row(), point = tiling.point(tiling.in_c);
  const int channels = tiling.in_c;
  for_tiles(tiling, rows, channels, [=](auto isa, int tile, int row, int column, int c) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    const float* pixel = image + 2 * row * line + floats(2 * column, channels) + c;
    typename I::Vector down[4][4], across[4];  // [column][row]
    THIMBLE_UNROLL
    for (int j = 0; j < 4; ++j, pixel += channels) {
      transform_pixels(I::load(pixel), I::load(pixel + line), I::load(pixel + 2 * line), I::load(pixel + 3 * line),
                       down[j]);
    }
    float* place = points + floats(tile, channels) + c;
    THIMBLE_UNROLL
    for (int i = 0; i < 4; ++i) {
      transform_pixels(down[0][i], down[1][i], down[2][i], down[3][i], across);
      for (int j = 0; j < 4; ++j, place += point) I::store(place, across[j]);
    }
  });
}

/// points[16][tiles][out_c] of the gradient of the tiles' outputs, which begin at `gradient`.
void transform_gradient(const Tiling& tiling, int rows, const float* gradient, float* points) {
  const std::ptrdiff_t line = tiling.output_row(), point = tiling.point(tiling.out_c);
  const int channels = tiling.out_c;
  for_tiles(tiling, rows, channels, [=](auto isa, int tile, int row, int column, int c) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    const float* pixel = gradient + 2 * row * line + floats(2 * column, channels) + c;
    typename I::Vector down[2][4], across[4];
    for (int j = 0; j < 2; ++j, pixel += channels) {
      transform_gradients(I::load(pixel), I::load(pixel + line), down[j]);
    }
    float* place = points + floats(tile, channels) + c;
    THIMBLE_UNROLL
    for (int i = 0; i < 4; ++i) {
      transform_gradients(down[0][i], down[1][i], across);
      for (int j = 0; j < 4; ++j, place += point) I::store(place, across[j]);
    }
  });
}

/// The outputs from points[16][tiles][out_c]. bias null: none.
void make_outputs(const Tiling& tiling, int rows, const float* points, const float* bias,
                  const FusedActivation& activation, float* output) {
  const std::ptrdiff_t line = tiling.output_row(), point = tiling.point(tiling.out_c);
  const int channels = tiling.out_c;
  for_tiles(tiling, rows, channels, [=](auto isa, int tile, int row, int column, int c) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    using Vector = typename I::Vector;
    const float* place = points + floats(tile, channels) + c;
    Vector down[4][2], outputs[2];
    THIMBLE_UNROLL
    for (int j = 0; j < 4; ++j, place += point) {
      transform_products(I::load(place), I::load(place + 4 * point), I::load(place + 8 * point),
                         I::load(place + 12 * point), down[j]);
    }
    const Vector start = bias ? I::load(bias + c) : Vector{};
    const Vector least = I::all(activation.least), most = I::all(activation.most);
    float* pixel = output + 2 * row * line + floats(2 * column, channels) + c;
    for (int i = 0; i < 2; ++i, pixel += line) {
      transform_products(down[0][i], down[1][i], down[2][i], down[3][i], outputs);
      for (int j = 0; j < 2; ++j) {
        I::store(pixel + j * channels, clamp_lanes<I>(outputs[j] + start, least, most));
      }
    }
  });
}

/// result[rows][n] (+)= a[rows][depth] * b[depth][n] of each point.
struct Product {
  int rows, depth, n;
  std::ptrdiff_t a_point, b_point, result_point;
  bool add;
};

/// a's rows and columns lie `row` and `column` floats apart; kOne where that is known to be 1.
template <typename Row, typename Column>
void multiply_points(const Product& product, Row row, Column column, const float* a, const float* b, float* result) {
  simd([=, p = &product](auto best) THIMBLE_INLINE_LAMBDA {
    for (int point = 0; point < kPoints; ++point) {
      const float* left = a + point * p->a_point;
      const float* right = b + point * p->b_point;
      float* to = result + point * p->result_point;
      for_columns<decltype(best)>(p->n, [&](auto isa, auto vectors, int j, int lanes) THIMBLE_INLINE_LAMBDA {
        using I = decltype(isa);
        for_rows<tile_rows<I>(vectors())>(p->rows, [&](auto rows, int i) THIMBLE_INLINE_LAMBDA {
          Tile<I, rows(), vectors()> tile;
          tile.clear();
          tile.add(left + i * row, row, column, right + j, p->n, p->depth);
          tile.store(to + std::ptrdiff_t{i} * p->n + j, p->n, p->add, lanes);
        });
      });
    }
  });
}

/// `filter`: [16][in_c][out_c].
void convolve(const Tiling& tiling, const float* image, const float* filter, const float* bias,
              const FusedActivation& activation, float* output, float* scratch) {
  float* const pixels = scratch;
  float* const products = scratch + kPoints * tiling.point(tiling.in_c);
  for (int y = 0; y < tiling.rows; y += tiling.rows_at_once()) {
    const int rows = std::min(tiling.rows_at_once(), tiling.rows - y);
    transform_image(tiling, rows, image + 2 * y * tiling.image_row(), pixels);
    const Product product = {.rows = rows * tiling.columns,
                             .depth = tiling.in_c,
                             .n = tiling.out_c,
                             .a_point = tiling.point(tiling.in_c),
                             .b_point = tiling.filter(),
                             .result_point = tiling.point(tiling.out_c),
                             .add = false};
    multiply_points(product, std::ptrdiff_t{tiling.in_c}, kOne, pixels, filter, products);
    make_outputs(tiling, rows, products, bias, activation, output + 2 * y * tiling.output_row());
  }
}

/// sums[16][in_c][out_c] += what one image gives.
void add_filter_gradient(const Tiling& tiling, const float* image, const float* gradient, float* sums, float* scratch) {
  float* const pixels = scratch;
  float* const gradients = scratch + kPoints * tiling.point(tiling.in_c);
  for (int y = 0; y < tiling.rows; y += tiling.rows_at_once()) {
    const int rows = std::min(tiling.rows_at_once(), tiling.rows - y);
    transform_image(tiling, rows, image + 2 * y * tiling.image_row(), pixels);
    transform_gradient(tiling, rows, gradient + 2 * y * tiling.output_row(), gradients);
    const Product product = {.rows = tiling.in_c,
                             .depth = rows * tiling.columns,
                             .n = tiling.out_c,
                             .a_point = tiling.point(tiling.in_c),
                             .b_point = tiling.point(tiling.out_c),
                             .result_point = tiling.filter(),
                             .add = true};
    multiply_points(product, kOne, std::ptrdiff_t{tiling.in_c}, pixels, gradients, sums);
  }
}

/// points[16] of `count` filters whose taps lie `tap` floats apart, the points `point`. tap < 0: rotated.
void transform_filters(std::ptrdiff_t count, const float* taps, std::ptrdiff_t tap, float* points,
                       std::ptrdiff_t point) {
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    for_columns<decltype(best), 1>(static_cast<int>(count), [&](auto isa, auto, int n, int) THIMBLE_INLINE_LAMBDA {
      using I = decltype(isa);
      typename I::Vector down[3][4], across[4];
      for (int j = 0; j < 3; ++j) {
        const float* place = taps + n + j * tap;
        transform_taps(I::load(place), I::load(place + 3 * tap), I::load(place + 6 * tap), down[j]);
      }
      float* place = points + n;
      for (int i = 0; i < 4; ++i) {
        transform_taps(down[0][i], down[1][i], down[2][i], across);
        for (int j = 0; j < 4; ++j, place += point) I::store(place, across[j]);
      }
    });
  });
}

/// taps[9][count] from the sums[16][count] of their gradient.
void make_taps(std::ptrdiff_t count, const float* sums, float* taps) {
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    for_columns<decltype(best), 1>(static_cast<int>(count), [&](auto isa, auto, int n, int) THIMBLE_INLINE_LAMBDA {
      using I = decltype(isa);
      typename I::Vector down[4][3], across[3];
      for (int j = 0; j < 4; ++j) {
        const float* place = sums + n + j * count;
        transform_sums(I::load(place), I::load(place + 4 * count), I::load(place + 8 * count),
                       I::load(place + 12 * count), down[j]);
      }
      float* place = taps + n;
      for (int i = 0; i < 3; ++i) {
        transform_sums(down[0][i], down[1][i], down[2][i], down[3][i], across);
        for (int j = 0; j < 3; ++j, place += count) I::store(place, across[j]);
      }
    });
  });
}

struct Plan {
  thimble_window window;  // of one sample
  FusedActivation activation;
  Tiling forward, backward;  // backward: of the gradient by the image
  // Scratch memory, in floats.
  std::ptrdiff_t filter_at, sums_at, taps_at, image_at, points_at, end;

  std::ptrdiff_t input() const { return floats(window.input_h, window.input_w, window.input_c); }
  int pixels() const { return window.output_h * window.output_w; }
};

Plan make_plan(const thimble_window& w, const FusedActivation& activation) {
  Plan plan{};
  plan.window = w;
  plan.activation = activation;
  plan.forward = {w.output_h / 2, w.output_w / 2, w.input_c, w.output_c};
  plan.backward = {w.input_h / 2, w.input_w / 2, w.output_c, w.input_c};
  const std::ptrdiff_t filter = plan.forward.filter();
  plan.filter_at = 0;
  plan.sums_at = plan.filter_at + kPoints * filter;
  plan.taps_at = plan.sums_at + kPoints * filter;
  plan.image_at = plan.taps_at + kTaps * filter;
  plan.points_at = plan.image_at + std::max(plan.forward.image(), plan.backward.image());
  plan.end = plan.points_at + std::max(plan.forward.scratch(), plan.backward.scratch());
  return plan;
}

/// A `height` x `width` image with zeros around it, `top` rows above and `left` columns before it.
const float* pad(const Tiling& tiling, int height, int width, int top, int left, const float* from, float* padded) {
  const int rows = 2 * tiling.rows + 2, columns = 2 * tiling.columns + 2;
  if (height == rows && width == columns) return from;
  const std::ptrdiff_t row = floats(width, tiling.in_c);
  float* to = std::fill_n(padded, top * tiling.image_row(), 0.0f);
  for (int y = 0; y < height; ++y, from += row) {
    to = std::fill_n(to, floats(left, tiling.in_c), 0.0f);
    to = std::copy_n(from, row, to);
    to = std::fill_n(to, floats(columns - left - width, tiling.in_c), 0.0f);
  }
  std::fill(to, padded + tiling.image(), 0.0f);
  return padded;
}

const float* padded_image(const Plan& plan, const TrainBuffers& buffers, int sample) {
  const thimble_window& w = plan.window;
  return pad(plan.forward, w.input_h, w.input_w, w.pad_top, w.pad_left, buffers.inputs[0] + sample * plan.input(),
             buffers.scratch + plan.image_at);
}

void forward(const Plan& plan, const TrainBuffers& buffers) {
  const Tiling& tiling = plan.forward;
  float *filter = buffers.scratch + plan.filter_at, *taps = buffers.scratch + plan.taps_at;
  const int tap_floats = kTaps * tiling.in_c;  // of one filter
  transpose_matrix(tiling.out_c, tap_floats, buffers.inputs[1], tap_floats, taps, tiling.out_c);
  transform_filters(tiling.filter(), taps, tiling.filter(), filter, tiling.filter());
  const float* bias = buffers.inputs.size() > 2 ? buffers.inputs[2] : nullptr;
  for (int sample = 0; sample < buffers.batch; ++sample) {
    convolve(tiling, padded_image(plan, buffers, sample), filter, bias, plan.activation,
             buffers.output + sample * floats(plan.pixels(), tiling.out_c), buffers.scratch + plan.points_at);
  }
}

/// [16][out_c][in_c] of the filter [out_c][9][in_c], rotated.
void transform_rotated(const Plan& plan, const float* filter, float* points) {
  const int channels = plan.forward.in_c;
  for (int f = 0; f < plan.forward.out_c; ++f, filter += kTaps * channels, points += channels) {
    transform_filters(channels, filter + (kTaps - 1) * channels, -channels, points, plan.forward.filter());
  }
}

void backward(const Plan& plan, const TrainBuffers& buffers) {
  const Tiling& tiling = plan.forward;
  const thimble_window& w = plan.window;
  float *filter = buffers.scratch + plan.filter_at, *sums = buffers.scratch + plan.sums_at;
  float* const points = buffers.scratch + plan.points_at;
  float* bias = buffers.input_gradients.size() > 2 ? buffers.input_gradients[2] : nullptr;
  if (bias) std::fill_n(bias, tiling.out_c, 0.0f);
  if (buffers.input_gradients[0]) transform_rotated(plan, buffers.inputs[1], filter);
  if (buffers.input_gradients[1]) std::fill_n(sums, kPoints * tiling.filter(), 0.0f);
  for (int sample = 0; sample < buffers.batch; ++sample) {
    const std::ptrdiff_t place = sample * floats(plan.pixels(), tiling.out_c);
    float* gradient = buffers.output_gradient + place;
    mask_gradient(plan.pixels(), tiling.out_c, plan.activation, buffers.output + place, gradient, gradient,
                  tiling.out_c);
    if (bias) add_column_sums(plan.pixels(), tiling.out_c, gradient, tiling.out_c, bias);
    if (buffers.input_gradients[1]) {
      add_filter_gradient(tiling, padded_image(plan, buffers, sample), gradient, sums, points);
    }
    if (float* result = buffers.input_gradients[0]) {
      const float* wide = pad(plan.backward, w.output_h, w.output_w, 2 - w.pad_top, 2 - w.pad_left, gradient,
                              buffers.scratch + plan.image_at);
      convolve(plan.backward, wide, filter, nullptr, kNoActivation, result + sample * plan.input(), points);
    }
  }
  if (float* result = buffers.input_gradients[1]) {
    float* taps = buffers.scratch + plan.taps_at;
    make_taps(tiling.filter(), sums, taps);
    transpose_matrix(kTaps * tiling.in_c, tiling.out_c, taps, tiling.out_c, result, kTaps * tiling.in_c);
  }
}

}  // namespace

std::optional<TrainCall> compile_winograd(const NodeView& node) {
  constexpr int kLeastChannels = 16, kWhole = kPartLanes;
  const Shape& filter = node.input(1).shape;
  const thimble_window w = window_of(node.attributes(), node.input(0), filter[1], filter[2], filter[0]);
  const bool plain = w.filter_h == 3 && w.filter_w == 3 && w.stride_h == 1 && w.stride_w == 1 && w.dilation_h == 1 &&
                     w.dilation_w == 1 && filter[3] == w.input_c;
  const bool even = w.output_h % 2 == 0 && w.output_w % 2 == 0 && w.input_h % 2 == 0 && w.input_w % 2 == 0;
  const auto enough = [](int channels) { return channels >= kLeastChannels && channels % kWhole == 0; };
  if (!plain || !even || !enough(w.input_c) || !enough(w.output_c)) return {};
  const auto plan = std::make_shared<const Plan>(make_plan(w, fused_activation(node.attributes().text("activation"))));
  return TrainCall{.scratch = static_cast<std::size_t>(plan->end),
                   .forward = [plan](const TrainBuffers& buffers) { forward(*plan, buffers); },
                   .backward = [plan](const TrainBuffers& buffers) { backward(*plan, buffers); },
                   .reads_output = !plan->activation.none()};
}

}  // namespace thimble
