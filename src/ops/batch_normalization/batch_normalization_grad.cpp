// BATCH_NORMALIZATION in training: each channel by the mean and variance of the batch, which also move the averages.
// Channels do not depend on each other: parts of a call take channels.
#include <algorithm>
#include <cmath>

#include "ops/matrix_tile.h"
#include "ops/op.h"

namespace thimble {
extern const TrainKernels batch_normalization_train;
namespace {

struct Plan {
  int rows;  // of one sample
  int channels;
  float epsilon;
  float momentum;
};

/// Channels [first, last) of a part: whole cache lines of 16, so that parts do not write to the same ones.
struct Share {
  int first;
  int last;
};
Share share_of(const Plan& plan, const TrainBuffers& buffers) {
  const int lines = (plan.channels + 15) / 16;
  const auto bound = [&](int part) { return std::min(lines * part / buffers.parts * 16, plan.channels); };
  return {bound(buffers.part), bound(buffers.part + 1)};
}

/// Sums up value(row) over all rows, a vector each, in blocks, so that rounding errors do not grow with the batch.
template <typename I, typename Value>
THIMBLE_INLINE typename I::Vector sum_of_rows(int rows, const Value& value) {
  constexpr int kBlock = 256;
  double total[I::kLanes] = {};
  for (int first = 0; first < rows; first += kBlock) {
    const int last = first + kBlock < rows ? first + kBlock : rows;
    typename I::Vector sum = {};
    for (int r = first; r < last; ++r) sum += value(r);
    for (int l = 0; l < I::kLanes; ++l) total[l] += static_cast<double>(sum[l]);
  }
  float result[I::kLanes];
  for (int l = 0; l < I::kLanes; ++l) result[l] = static_cast<float>(total[l]);
  return I::load(result);
}

/// What forward keeps for backward, and inference takes from the averages: y = (x - mean) * factor * gamma + beta.
template <typename I>
THIMBLE_INLINE void batch_statistics(const Plan& plan, const TrainBuffers& buffers, int c, int lanes) {
  using Vector = typename I::Vector;
  const int rows = buffers.batch * plan.rows;
  const float* x = buffers.inputs[0] + c;
  const Vector count = I::all(static_cast<float>(rows));
  const Vector mean =
      sum_of_rows<I>(
          rows, [&](int r) THIMBLE_INLINE_LAMBDA { return I::load(x + std::ptrdiff_t{r} * plan.channels, lanes); }) /
      count;
  const Vector variance = sum_of_rows<I>(rows,
                                         [&](int r) THIMBLE_INLINE_LAMBDA {
                                           const Vector difference =
                                               I::load(x + std::ptrdiff_t{r} * plan.channels, lanes) - mean;
                                           return difference * difference;
                                         }) /
                          count;
  I::store(buffers.workspace + c, mean, lanes);
  I::store(buffers.workspace + plan.channels + c, variance, lanes);
  const Vector keep = I::all(plan.momentum);
  const Vector take = I::all(1.0f - plan.momentum);
  I::store(buffers.state[3] + c, I::load(buffers.state[3] + c, lanes) * keep + mean * take, lanes);
  I::store(buffers.state[4] + c, I::load(buffers.state[4] + c, lanes) * keep + variance * take, lanes);
}

template <typename I>
THIMBLE_INLINE void normalize(const Plan& plan, const TrainBuffers& buffers, int c, int lanes) {
  using Vector = typename I::Vector;
  const Vector mean = I::load(buffers.workspace + c, lanes);
  const Vector factor = I::load(buffers.workspace + plan.channels + c, lanes) * I::load(buffers.inputs[1] + c, lanes);
  const Vector beta = I::load(buffers.inputs[2] + c, lanes);
  const float* x = buffers.inputs[0] + c;
  float* y = buffers.output + c;
  for (int r = 0; r < buffers.batch * plan.rows; ++r, x += plan.channels, y += plan.channels) {
    I::store(y, (I::load(x, lanes) - mean) * factor + beta, lanes);
  }
}

void forward(const Plan& plan, const TrainBuffers& buffers) {
  const Share share = share_of(plan, buffers);
  const Plan* p = &plan;
  const TrainBuffers* b = &buffers;
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    for_columns<decltype(best), 1>(
        share.last,
        [&](auto isa, auto, int c, int lanes) THIMBLE_INLINE_LAMBDA {
          using I = decltype(isa);
          float* factor = b->workspace + p->channels + c;
          if (b->training) {
            batch_statistics<I>(*p, *b, c, lanes);
          } else {
            I::store(b->workspace + c, I::load(b->inputs[3] + c, lanes), lanes);
            I::store(factor, I::load(b->inputs[4] + c, lanes), lanes);
          }
          for (int l = 0; l < lanes; ++l) factor[l] = 1.0f / std::sqrt(factor[l] + p->epsilon);
          normalize<I>(*p, *b, c, lanes);
        },
        share.first);
  });
}

/// With n the normalized x: dx = factor * gamma * (dy - mean(dy) - n * mean(dy * n)).
template <typename I>
THIMBLE_INLINE void gradients(const Plan& plan, const TrainBuffers& buffers, int c, int lanes) {
  using Vector = typename I::Vector;
  const int rows = buffers.batch * plan.rows;
  const float* x = buffers.inputs[0] + c;
  const float* dy = buffers.output_gradient + c;
  const Vector mean = I::load(buffers.workspace + c, lanes);
  const Vector factor = I::load(buffers.workspace + plan.channels + c, lanes);
  const Vector dbeta = sum_of_rows<I>(
      rows, [&](int r) THIMBLE_INLINE_LAMBDA { return I::load(dy + std::ptrdiff_t{r} * plan.channels, lanes); });
  const Vector dgamma = sum_of_rows<I>(rows, [&](int r) THIMBLE_INLINE_LAMBDA {
    const std::ptrdiff_t at = std::ptrdiff_t{r} * plan.channels;
    return I::load(dy + at, lanes) * ((I::load(x + at, lanes) - mean) * factor);
  });
  if (buffers.input_gradients[1]) I::store(buffers.input_gradients[1] + c, dgamma, lanes);
  if (buffers.input_gradients[2]) I::store(buffers.input_gradients[2] + c, dbeta, lanes);
  if (!buffers.input_gradients[0]) return;
  const Vector share = I::all(1.0f / static_cast<float>(rows));
  const Vector scale = factor * I::load(buffers.inputs[1] + c, lanes);
  for (int r = 0; r < rows; ++r) {
    const std::ptrdiff_t at = std::ptrdiff_t{r} * plan.channels;
    const Vector normalized = (I::load(x + at, lanes) - mean) * factor;
    const Vector centred = I::load(dy + at, lanes) - dbeta * share - normalized * (dgamma * share);
    I::store(buffers.input_gradients[0] + at + c, scale * centred, lanes);
  }
}

void backward(const Plan& plan, const TrainBuffers& buffers) {
  const Share share = share_of(plan, buffers);
  const Plan* p = &plan;
  const TrainBuffers* b = &buffers;
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    for_columns<decltype(best), 1>(
        share.last,
        [&](auto isa, auto, int c, int lanes) THIMBLE_INLINE_LAMBDA { gradients<decltype(isa)>(*p, *b, c, lanes); },
        share.first);
  });
}

TrainCall compile(const NodeView& node, int) {
  const int channels = node.input(0).shape.back();
  const Plan plan = {static_cast<int>(node.input(0).elements() / channels), channels, node.attributes().real("epsilon"),
                     node.attributes().real("momentum")};
  return {.workspace = 2 * static_cast<std::size_t>(channels),
          .forward = [plan](const TrainBuffers& buffers) { forward(plan, buffers); },
          .backward = [plan](const TrainBuffers& buffers) { backward(plan, buffers); },
          .whole_batch = true};
}

}  // namespace

const TrainKernels batch_normalization_train = {compile};

}  // namespace thimble
