// BATCH_NORMALIZATION in training: each channel by the mean and variance of the batch, which also move the averages.
// Channels do not depend on each other: parts of a call take channels.
#include <algorithm>
#include <cmath>

#include "ops/matrix_tile.h"
#include "ops/op.h"
#include "ops/train_activation.h"

namespace thimble {
extern const TrainKernels batch_normalization_train;
namespace {

struct Plan {
  int rows;  // of one sample
  int channels;
  float epsilon;
  float momentum;
  FusedActivation activation;
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

/// Two sums over all rows, a lane a channel.
template <typename I>
struct Sums {
  double first[I::kLanes] = {};
  double second[I::kLanes] = {};
};

/// add(row, a, b) adds a row to the two, in blocks, so that rounding errors do not grow with the batch.
template <typename I, typename Add>
THIMBLE_INLINE void sum_rows(int rows, Sums<I>& sums, const Add& add) {
  constexpr int kBlock = 256;
  for (int first = 0; first < rows; first += kBlock) {
    const int last = first + kBlock < rows ? first + kBlock : rows;
    typename I::Vector a = {}, b = {};
    for (int r = first; r < last; ++r) add(r, a, b);
    float lanes_a[I::kLanes], lanes_b[I::kLanes];
    I::store(lanes_a, a);
    I::store(lanes_b, b);
    for (int l = 0; l < I::kLanes; ++l) {
      sums.first[l] += static_cast<double>(lanes_a[l]);
      sums.second[l] += static_cast<double>(lanes_b[l]);
    }
  }
}

/// g where least < y < most, else 0.
template <typename I>
THIMBLE_INLINE typename I::Vector inside_or_zero(const typename I::Vector& y, float least, float most,
                                                 const typename I::Vector& g) {
  using Part = typename I::Comparing;
  constexpr int kParts = I::kLanes / Part::kLanes;
  typename Part::Vector values[kParts], result[kParts];
  __builtin_memcpy(values, &y, sizeof y);
  __builtin_memcpy(result, &g, sizeof g);
  const typename Part::Vector low = Part::all(least), high = Part::all(most);
  for (int i = 0; i < kParts; ++i) {
    result[i] = values[i] > low ? result[i] : typename Part::Vector{};
    result[i] = values[i] < high ? result[i] : typename Part::Vector{};
  }
  typename I::Vector masked;
  __builtin_memcpy(&masked, result, sizeof masked);
  return masked;
}

/// What forward keeps for backward, and inference takes from the averages: y = (x - mean) * factor * gamma + beta.
template <typename I>
THIMBLE_INLINE void batch_statistics(const Plan& plan, const TrainBuffers& buffers, int c, int lanes) {
  using Vector = typename I::Vector;
  const int rows = buffers.batch * plan.rows;
  const float* x = buffers.inputs[0] + c;
  // Differences from the first row: no large numbers that nearly cancel.
  const Vector start = I::load(x, lanes);
  Sums<I> sums;
  sum_rows<I>(rows, sums, [&](int r, Vector& sum, Vector& squares) THIMBLE_INLINE_LAMBDA {
    const Vector difference = I::load(x + std::ptrdiff_t{r} * plan.channels, lanes) - start;
    sum += difference;
    squares += difference * difference;
  });
  float means[I::kLanes], variances[I::kLanes];
  for (int l = 0; l < I::kLanes; ++l) {
    const double shift = sums.first[l] / rows;
    means[l] = static_cast<float>(shift);
    variances[l] = static_cast<float>(std::max(0.0, sums.second[l] / rows - shift * shift));
  }
  const Vector mean = start + I::load(means);
  const Vector variance = I::load(variances);
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
  const Vector least = I::all(plan.activation.least), most = I::all(plan.activation.most);
  const float* x = buffers.inputs[0] + c;
  float* y = buffers.output + c;
  for (int r = 0; r < buffers.batch * plan.rows; ++r, x += plan.channels, y += plan.channels) {
    I::store(y, clamp_lanes<I>((I::load(x, lanes) - mean) * factor + beta, least, most), lanes);
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

/// With n the normalized x: dx = factor * gamma * (dy - mean(dy) - n * mean(dy * n)). dy is masked by the activation
/// first, in its place.
template <typename I>
THIMBLE_INLINE void gradients(const Plan& plan, const TrainBuffers& buffers, int c, int lanes) {
  using Vector = typename I::Vector;
  const int rows = buffers.batch * plan.rows;
  const float* x = buffers.inputs[0] + c;
  const float* y = buffers.output + c;
  float* dy = buffers.output_gradient + c;
  const Vector mean = I::load(buffers.workspace + c, lanes);
  const Vector factor = I::load(buffers.workspace + plan.channels + c, lanes);
  const bool masked = !plan.activation.none();
  Sums<I> sums;
  sum_rows<I>(rows, sums, [&](int r, Vector& sum, Vector& products) THIMBLE_INLINE_LAMBDA {
    const std::ptrdiff_t at = std::ptrdiff_t{r} * plan.channels;
    Vector g = I::load(dy + at, lanes);
    if (masked) {
      g = inside_or_zero<I>(I::load(y + at, lanes), plan.activation.least, plan.activation.most, g);
      I::store(dy + at, g, lanes);
    }
    sum += g;
    products += g * ((I::load(x + at, lanes) - mean) * factor);
  });
  float first[I::kLanes], second[I::kLanes];
  for (int l = 0; l < I::kLanes; ++l) {
    first[l] = static_cast<float>(sums.first[l]);
    second[l] = static_cast<float>(sums.second[l]);
  }
  const Vector dbeta = I::load(first), dgamma = I::load(second);
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
  const Plan plan = {
      static_cast<int>(node.input(0).elements() / channels), channels, node.attributes().real("epsilon"),
      node.attributes().real("momentum"),
      fused_activation(node.attributes().has("activation") ? node.attributes().text("activation") : "NONE")};
  return {.workspace = 2 * static_cast<std::size_t>(channels),
          .forward = [plan](const TrainBuffers& buffers) { forward(plan, buffers); },
          .backward = [plan](const TrainBuffers& buffers) { backward(plan, buffers); },
          .whole_batch = true};
}

}  // namespace

const TrainKernels batch_normalization_train = {.compile = compile, .takes_activation = true};

}  // namespace thimble
