// BATCH_NORMALIZATION in training: each channel by the mean and variance of the batch, which also move the averages.
// What depends on all samples are two sums a channel: of x and its squares, of the gradient and its products with the
// normalized x. They are kept as [first of each channel][second of each channel].
#include <algorithm>
#include <cmath>
#include <utility>

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

/// At most so many vectors of channels go down the rows together: a row's cache lines are read at once.
constexpr int kVectors = 4;

/// add(row, v, a, b) adds the row's vector v of channels to two sums. In blocks, so that rounding errors do not grow
/// with the batch, and in chains that do not wait for each other; totals are doubles.
template <typename I, int kCount, typename Add>
THIMBLE_INLINE void sum_rows(int rows, int channels, int c, double* totals, const Add& add) {
  using Vector = typename I::Vector;
  constexpr int kBlock = 256, kChains = kVectors / kCount;
  for (int first = 0; first < rows; first += kBlock) {
    const int last = first + kBlock < rows ? first + kBlock : rows;
    Vector a[kCount][kChains] = {}, b[kCount][kChains] = {};
    int r = first;
    for (; r + kChains <= last; r += kChains) {
      THIMBLE_UNROLL
      for (int i = 0; i < kChains; ++i) {
        THIMBLE_UNROLL
        for (int v = 0; v < kCount; ++v) add(r + i, v, a[v][i], b[v][i]);
      }
    }
    for (; r < last; ++r) {
      for (int v = 0; v < kCount; ++v) add(r, v, a[v][0], b[v][0]);
    }
    for (int v = 0; v < kCount; ++v) {
      for (int i = 1; i < kChains; ++i) {
        a[v][0] += a[v][i];
        b[v][0] += b[v][i];
      }
      float lanes[2][I::kLanes];
      I::store(lanes[0], a[v][0]);
      I::store(lanes[1], b[v][0]);
      const int begin = c + v * I::kLanes;
      for (int l = 0; l < I::kLanes && begin + l < channels; ++l) {
        totals[begin + l] += static_cast<double>(lanes[0][l]);
        totals[channels + begin + l] += static_cast<double>(lanes[1][l]);
      }
    }
  }
}

/// body(isa, vectors, c, lanes) for the channels from c on, `lanes` of each vector.
template <typename Body>
void for_channels(const Plan& plan, const Body& body) {
  const int channels = plan.channels;
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    for_columns<decltype(best), kVectors>(
        channels, [&](auto isa, auto vectors, int c, int columns) THIMBLE_INLINE_LAMBDA {
          body(isa, vectors, c, columns < decltype(isa)::kLanes ? columns : decltype(isa)::kLanes);
        });
  });
}

/// Differences from the first row are summed: no large numbers that nearly cancel.
void make_forward_sums(const Plan& plan, const TrainBuffers& buffers) {
  const Plan* p = &plan;
  const TrainBuffers* b = &buffers;
  std::fill_n(buffers.sums, 2 * plan.channels, 0.0);
  const int rows = buffers.batch * plan.rows;
  for_channels(plan, [=](auto isa, auto vectors, int c, int lanes) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    using Vector = typename I::Vector;
    const float* x = b->inputs[0] + c;
    Vector start[vectors()];
    for (int v = 0; v < vectors(); ++v) start[v] = I::load(x + v * I::kLanes, lanes);
    sum_rows<I, vectors()>(
        rows, p->channels, c, b->sums, [&](int r, int v, Vector& sum, Vector& squares) THIMBLE_INLINE_LAMBDA {
          const Vector difference = I::load(x + std::ptrdiff_t{r} * p->channels + v * I::kLanes, lanes) - start[v];
          sum += difference;
          squares += difference * difference;
        });
  });
  for (int c = 0; c < plan.channels; ++c) {
    double& sum = buffers.sums[c];
    const double start = static_cast<double>(buffers.inputs[0][c]);
    buffers.sums[plan.channels + c] += 2.0 * start * sum + rows * start * start;
    sum += rows * start;
  }
}

struct Moments {
  float mean;
  float variance;
};
Moments moments_of(const Plan& plan, const TrainBuffers& buffers, int c) {
  const double rows = static_cast<double>(buffers.whole_batch) * plan.rows;
  const double mean = buffers.forward_sums[c] / rows;
  const double variance = buffers.forward_sums[plan.channels + c] / rows - mean * mean;
  return {static_cast<float>(mean), static_cast<float>(std::max(0.0, variance))};
}

void move_averages(const Plan& plan, const TrainBuffers& buffers) {
  float *means = buffers.state[3], *variances = buffers.state[4];
  for (int c = 0; c < plan.channels; ++c) {
    const Moments moments = moments_of(plan, buffers, c);
    means[c] = means[c] * plan.momentum + moments.mean * (1.0f - plan.momentum);
    variances[c] = variances[c] * plan.momentum + moments.variance * (1.0f - plan.momentum);
  }
}

/// A vector of channels: y = (x - mean) * factor * gamma + beta.
template <typename I>
struct Channels {
  typename I::Vector mean, factor, scale, beta;  // scale = factor * gamma

  THIMBLE_INLINE Channels(const Plan& plan, const TrainBuffers& buffers, int c, int lanes) {
    float means[I::kLanes] = {}, factors[I::kLanes] = {};
    for (int l = 0; l < lanes; ++l) {
      const Moments moments = buffers.training ? moments_of(plan, buffers, c + l)
                                               : Moments{buffers.inputs[3][c + l], buffers.inputs[4][c + l]};
      means[l] = moments.mean;
      factors[l] = 1.0f / std::sqrt(moments.variance + plan.epsilon);
    }
    mean = I::load(means);
    factor = I::load(factors);
    scale = factor * I::load(buffers.inputs[1] + c, lanes);
    beta = I::load(buffers.inputs[2] + c, lanes);
  }
  THIMBLE_INLINE typename I::Vector output(const typename I::Vector& x) const { return (x - mean) * scale + beta; }
};

template <typename I, int kCount>
struct ChannelVectors {
  Channels<I> vectors[kCount];
  THIMBLE_INLINE const Channels<I>& operator[](int v) const { return vectors[v]; }
};

/// `kCount` vectors of channels from c on.
template <typename I, int kCount>
THIMBLE_INLINE ChannelVectors<I, kCount> channels_of(const Plan& plan, const TrainBuffers& buffers, int c, int lanes) {
  return [&]<int... v>(std::integer_sequence<int, v...>) THIMBLE_INLINE_LAMBDA {
    return ChannelVectors<I, kCount>{{Channels<I>(plan, buffers, c + v * I::kLanes, lanes)...}};
  }
  (std::make_integer_sequence<int, kCount>{});
}

/// Sums divided by the number of rows.
template <typename I>
THIMBLE_INLINE typename I::Vector shares(const double* sums, double rows, int lanes) {
  float values[I::kLanes] = {};
  for (int l = 0; l < lanes; ++l) values[l] = static_cast<float>(sums[l] / rows);
  return I::load(values);
}

void forward(const Plan& plan, const TrainBuffers& buffers) {
  const Plan* p = &plan;
  const TrainBuffers* b = &buffers;
  for_channels(plan, [=](auto isa, auto vectors, int c, int lanes) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    const auto channels = channels_of<I, vectors()>(*p, *b, c, lanes);
    const auto least = I::all(p->activation.least), most = I::all(p->activation.most);
    const float* x = b->inputs[0] + c;
    float* y = b->output + c;
    for (int r = 0; r < b->batch * p->rows; ++r, x += p->channels, y += p->channels) {
      for (int v = 0; v < vectors(); ++v) {
        const auto value = channels[v].output(I::load(x + v * I::kLanes, lanes));
        I::store(y + v * I::kLanes, clamp_lanes<I>(value, least, most), lanes);
      }
    }
  });
}

/// What the activation lets pass.
template <typename I>
struct Gate {
  bool all;
  typename I::Vector least, most;

  THIMBLE_INLINE explicit Gate(const FusedActivation& activation)
      : all(activation.none()), least(I::all(activation.least)), most(I::all(activation.most)) {}
  /// dy where it lets the output pass, else 0.
  THIMBLE_INLINE typename I::Vector passed(const Channels<I>& channels, const typename I::Vector& x,
                                           const typename I::Vector& dy) const {
    return all ? dy : inside_or_zero<I>(channels.output(x), least, most, dy);
  }
};

/// This shard's gradients by beta and gamma, too.
void make_backward_sums(const Plan& plan, const TrainBuffers& buffers) {
  const Plan* p = &plan;
  const TrainBuffers* b = &buffers;
  std::fill_n(buffers.sums, 2 * plan.channels, 0.0);
  for_channels(plan, [=](auto isa, auto vectors, int c, int lanes) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    using Vector = typename I::Vector;
    const auto channels = channels_of<I, vectors()>(*p, *b, c, lanes);
    const Gate<I> gate(p->activation);
    sum_rows<I, vectors()>(b->batch * p->rows, p->channels, c, b->sums,
                           [&](int r, int v, Vector& sum, Vector& products) THIMBLE_INLINE_LAMBDA {
                             const std::ptrdiff_t at = std::ptrdiff_t{r} * p->channels + c + v * I::kLanes;
                             const Vector x = I::load(b->inputs[0] + at, lanes);
                             const Vector g = gate.passed(channels[v], x, I::load(b->output_gradient + at, lanes));
                             sum += g;
                             products += g * ((x - channels[v].mean) * channels[v].factor);
                           });
  });
  for (const int i : {0, 1}) {
    float* gradient = buffers.input_gradients[static_cast<std::size_t>(2 - i)];
    for (int c = 0; c < plan.channels && gradient; ++c) {
      gradient[c] = static_cast<float>(buffers.sums[i * plan.channels + c]);
    }
  }
}

/// With n the normalized x: dx = factor * gamma * (dy - mean(dy) - n * mean(dy * n)).
void backward(const Plan& plan, const TrainBuffers& buffers) {
  if (!buffers.input_gradients[0]) return;
  const Plan* p = &plan;
  const TrainBuffers* b = &buffers;
  for_channels(plan, [=](auto isa, auto vectors, int c, int lanes) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    using Vector = typename I::Vector;
    const auto channels = channels_of<I, vectors()>(*p, *b, c, lanes);
    const Gate<I> gate(p->activation);
    Vector constant[vectors()], slope[vectors()];  // dx = scale * g - constant - slope * (x - mean)
    const double rows = static_cast<double>(b->whole_batch) * p->rows;
    for (int v = 0; v < vectors(); ++v) {
      const double* sums = b->backward_sums + c + v * I::kLanes;
      constant[v] = channels[v].scale * shares<I>(sums, rows, lanes);
      slope[v] = channels[v].scale * channels[v].factor * shares<I>(sums + p->channels, rows, lanes);
    }
    for (int r = 0; r < b->batch * p->rows; ++r) {
      for (int v = 0; v < vectors(); ++v) {
        const std::ptrdiff_t at = std::ptrdiff_t{r} * p->channels + c + v * I::kLanes;
        const Vector x = I::load(b->inputs[0] + at, lanes);
        const Vector g = gate.passed(channels[v], x, I::load(b->output_gradient + at, lanes));
        const Vector dx = channels[v].scale * g - constant[v] - slope[v] * (x - channels[v].mean);
        I::store(b->input_gradients[0] + at, dx, lanes);
      }
    }
  });
}

TrainCall compile(const NodeView& node, int) {
  const int channels = node.input(0).shape.back();
  const Plan plan = {
      static_cast<int>(node.input(0).elements() / channels), channels, node.attributes().real("epsilon"),
      node.attributes().real("momentum"),
      fused_activation(node.attributes().has("activation") ? node.attributes().text("activation") : "NONE")};
  return {.forward = [plan](const TrainBuffers& buffers) { forward(plan, buffers); },
          .backward = [plan](const TrainBuffers& buffers) { backward(plan, buffers); },
          .sums = 2 * static_cast<std::size_t>(channels),
          .make_forward_sums = [plan](const TrainBuffers& buffers) { make_forward_sums(plan, buffers); },
          .make_backward_sums = [plan](const TrainBuffers& buffers) { make_backward_sums(plan, buffers); },
          .use_forward_sums = [plan](const TrainBuffers& buffers) { move_averages(plan, buffers); },
          .reads_output = false,
          .cheap = true};
}

}  // namespace

const TrainKernels batch_normalization_train = {.compile = compile, .takes_activation = true};

}  // namespace thimble
