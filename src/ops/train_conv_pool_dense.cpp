#include "ops/train_conv_pool_dense.h"

#include <algorithm>
#include <memory>

#include "ops/isa_choice.h"
#include "ops/train_conv_pool_dense_plan.h"
#include "ops/window.h"

#define THIMBLE_BODY "ops/train_conv_pool_dense_body.h"
#include "ops/each_isa.h"

namespace thimble {

#if defined(THIMBLE_HOST_BODIES)
namespace {

using Plan = ConvPoolDense;
enum Input { kImage, kFilter, kFilterBias, kWeights };  // of the front

struct Bodies {
  decltype(&avx2::interleave) interleave = nullptr;
  decltype(&avx2::interleave_bytes) interleave_bytes = nullptr;
  decltype(&avx2::conv_pool_forward) conv_forward = nullptr;
  decltype(&avx2::conv_pool_backward) conv_backward = nullptr;
  decltype(&avx2::add_lanes) add_lanes = nullptr;
  decltype(&avx2::dense_forward) dense_forward = nullptr;
  decltype(&avx2::dense_input_gradient) input_gradient = nullptr;
  decltype(&avx2::dense_weight_gradient) weight_gradient = nullptr;
};

constexpr Bodies kAvx2 = {
    avx2::interleave, avx2::interleave_bytes, avx2::conv_pool_forward,    avx2::conv_pool_backward,
    avx2::add_lanes,  avx2::dense_forward,    avx2::dense_input_gradient, avx2::dense_weight_gradient};
constexpr Bodies kAvx512 = {
    avx512::interleave, avx512::interleave_bytes, avx512::conv_pool_forward,    avx512::conv_pool_backward,
    avx512::add_lanes,  avx512::dense_forward,    avx512::dense_input_gradient, avx512::dense_weight_gradient};

int blocks_of(int samples) { return (samples + kInterleaved - 1) / kInterleaved; }

std::size_t at(int i) { return static_cast<std::size_t>(i); }

/// One chunk, and where its parts of the workspace and of the parameters are.
struct Chunk {
  int first, last, depth;  // windows; elements that the dense layer reads
  float* base;
  const Plan& plan;

  Chunk(const Plan& p, const TrainBuffers& buffers, int index)
      : first(p.first_window(index)),
        last(p.first_window(index + 1)),
        depth((last - first) * p.filters),
        base(buffers.workspace + at(index) * p.chunk),
        plan(p) {}

  float* maxima(int block) const { return base + at(block) * block_size(); }
  std::uint8_t* codes(int block) const { return reinterpret_cast<std::uint8_t*>(maxima(block) + plan.maxima); }
  float* gradient() const { return sums() - plan.gradient; }
  float* sums() const { return totals() - plan.sums; }
  /// Of the lanes of each of the sums.
  float* totals() const { return base + plan.chunk - plan.totals; }
  std::size_t block_size() const { return plan.maxima + plan.codes; }
  /// Of this chunk's part in the dense layer's weights.
  std::size_t weights() const { return plan.first_weight(first); }
};

int first_block(const TrainBuffers& buffers) { return buffers.range.first / kInterleaved; }
int end_block(const TrainBuffers& buffers) { return blocks_of(buffers.range.end); }

int first_chunk(int part, int parts) { return kChunks * part / parts; }

/// The chunks of one part of the work, and what they have in common.
struct Part {
  int first, last;        // chunks
  int top = 0, rows = 0;  // of the input
  float* base;            // of the workspace
  const Plan& plan;

  Part(const Plan& p, const TrainBuffers& buffers)
      : first(first_chunk(buffers.part, buffers.parts)),
        last(first_chunk(buffers.part + 1, buffers.parts)),
        base(buffers.workspace + kChunks * p.chunk + at(first) * p.part),
        plan(p) {
    if (first == last) return;
    top = p.first_row(p.first_window(first));
    rows = p.first_row(p.first_window(last) - 1) + 4 - top;
  }

  float* samples() const { return base + plan.samples_at; }
  float* image(int block) const { return base + plan.image * at(block); }
  float* gradient_rows() const { return base + plan.rows_at; }
  float* gradient_columns(int block) const {
    return base + plan.columns_at + at(block * plan.packed_units) * kInterleaved;
  }
};

/// The rows that the part needs of a block of samples, interleaved.
void read_block(const Part& part, const Bodies& body, const TrainBuffers& buffers, int block) {
  const Plan& plan = part.plan;
  const std::size_t row = at(plan.width * plan.channels), size = at(part.rows) * row;
  const int samples = std::min(kInterleaved, buffers.batch - block * kInterleaved);
  const std::size_t first = at(part.top) * row;
  const std::uint8_t* bytes[kInterleaved];
  for (int s = 0; s < samples; ++s) {
    const int sample = block * kInterleaved + s;
    bytes[s] = buffers.samples->bytes(sample, first);
    if (!bytes[s]) buffers.samples->read(sample, first, {part.samples() + at(s) * size, size});
  }
  if (bytes[0]) {
    return body.interleave_bytes(bytes, buffers.samples->scale(), samples, static_cast<int>(size), part.image(block));
  }
  body.interleave(part.samples(), static_cast<std::ptrdiff_t>(size), samples, static_cast<int>(size),
                  part.image(block));
}

/// Has the CPU fetch what will be read of the next batch in place of this block: a few samples after each chunk, for it
/// can only wait for some tens of cache lines at a time.
void fetch_next(const Part& part, const TrainBuffers& buffers, int block, int chunk) {
  const std::size_t row = at(part.plan.width * part.plan.channels);
  const int chunks = part.last - part.first, number = chunk - part.first;
  const int samples = std::min(kInterleaved, buffers.batch - block * kInterleaved);
  for (int s = samples * number / chunks; s < samples * (number + 1) / chunks; ++s) {
    buffers.samples->fetch_next(block * kInterleaved + s, at(part.top) * row, at(part.rows) * row);
  }
}

void forward(const Plan& plan, const Bodies& body, const TrainBuffers& buffers) {
  const Part part(plan, buffers);
  const std::ptrdiff_t result = std::ptrdiff_t{kChunks} * plan.packed_units;
  for (int c = part.first; c < part.last; ++c) std::fill_n(Chunk(plan, buffers, c).sums(), plan.sums, 0.0f);
  for (int block = first_block(buffers); block < end_block(buffers) && part.first < part.last; ++block) {
    read_block(part, body, buffers, block);
    for (int c = part.first; c < part.last; ++c) {
      const Chunk chunk(plan, buffers, c);
      body.conv_forward(plan, chunk.first, chunk.last, part.image(block), part.top, buffers.inputs[kFilter],
                        buffers.inputs[kFilterBias], chunk.maxima(block), chunk.codes(block));
      body.dense_forward(plan, chunk.depth, chunk.maxima(block), buffers.inputs[kWeights] + chunk.weights(),
                         buffers.output + block * kInterleaved * result + c * plan.packed_units, result);
      fetch_next(part, buffers, block, c);
    }
  }
}

/// The dense layer's gradients as the products read them; samples beyond the batch have none.
void spread_gradients(const Part& part, const TrainBuffers& buffers) {
  const int packed = part.plan.packed_units;
  for (int s = first_block(buffers) * kInterleaved; s < end_block(buffers) * kInterleaved; ++s) {
    float* row = part.gradient_rows() + std::ptrdiff_t{s} * packed;
    if (s < buffers.batch) {
      std::copy_n(buffers.output_gradient + std::ptrdiff_t{s} * kChunks * packed, packed, row);
    } else {
      std::fill_n(row, packed, 0.0f);
    }
    float* column = part.gradient_columns(s / kInterleaved) + s % kInterleaved;
    for (int u = 0; u < packed; ++u) column[u * kInterleaved] = row[u];
  }
}

void backward(const Plan& plan, const Bodies& body, const TrainBuffers& buffers) {
  const Part part(plan, buffers);
  if (part.first == part.last) return;
  spread_gradients(part, buffers);
  for (int c = part.first; c < part.last; ++c) {
    const Chunk chunk(plan, buffers, c);
    const float* weights = buffers.inputs[kWeights] + chunk.weights();
    for (int block = first_block(buffers); block < end_block(buffers); ++block) {
      float* gradient = chunk.gradient();
      body.input_gradient(plan, chunk.depth, weights, part.gradient_columns(block), gradient);
      body.conv_backward(plan, chunk.first, chunk.last, part.image(block), part.top, gradient, chunk.maxima(block),
                         chunk.codes(block), chunk.sums());
    }
  }
}

/// What is made of all samples at once.
void complete(const Plan& plan, const Bodies& body, const TrainBuffers& buffers) {
  const Part part(plan, buffers);
  for (int c = part.first; c < part.last; ++c) {
    const Chunk chunk(plan, buffers, c);
    body.add_lanes(chunk.sums(), (plan.taps() + 1) * plan.filters, chunk.totals());
    if (float* result = buffers.input_gradients[kWeights]) {
      body.weight_gradient(plan, blocks_of(buffers.batch), chunk.depth, chunk.maxima(0),
                           static_cast<std::ptrdiff_t>(chunk.block_size()), part.gradient_rows(),
                           result + chunk.weights());
    }
  }
}

/// The filter's and bias's gradients, from the totals of the part's chunks.
void finish(const Plan& plan, const TrainBuffers& buffers) {
  const int taps = plan.taps();
  const int first = first_chunk(buffers.part, buffers.parts), last = first_chunk(buffers.part + 1, buffers.parts);
  const auto total = [&](int index) {
    float result = 0.0f;
    for (int c = first; c < last; ++c) result += Chunk(plan, buffers, c).totals()[index];
    return result;
  };
  float* filter = buffers.input_gradients[kFilter];
  float* bias = buffers.input_gradients[kFilterBias];
  for (int f = 0; f < plan.filters; ++f) {
    for (int t = 0; t < taps && filter; ++t) filter[f * taps + t] = total(f * (taps + 1) + t);
    if (bias) bias[f] = total(f * (taps + 1) + taps);
  }
}

bool is_plain_3x3(const thimble_window& w) {
  return w.filter_h == 3 && w.filter_w == 3 && w.stride_h == 1 && w.stride_w == 1 && w.dilation_h == 1 &&
         w.dilation_w == 1 && w.pad_top == 0 && w.pad_left == 0 && w.output_h == w.input_h - 2 &&
         w.output_w == w.input_w - 2;
}

bool is_2x2_maximum(const NodeView& node) {
  const Attributes& a = node.attributes();
  return node.node().op == "MAX_POOL_2D" && a.integer("filter_h") == 2 && a.integer("filter_w") == 2 &&
         a.integer("stride_h") == 2 && a.integer("stride_w") == 2 && a.text("padding") == "VALID";
}

bool is_dense(const NodeView& node) {
  return node.node().op == "FULLY_CONNECTED" && node.input(1).constant() &&
         node.input(0).elements() == node.input(1).shape[1] && node.output(0).elements() == node.input(1).shape[0];
}

std::size_t lines(std::size_t floats) { return (floats + 15) / 16 * 16; }

Plan make_plan(const thimble_window& w, const NodeView& pool, const NodeView& dense, int batch) {
  Plan plan{};
  plan.height = w.input_h;
  plan.width = w.input_w;
  plan.channels = w.input_c;
  plan.pooled_h = pool.output(0).shape[1];
  plan.pooled_w = pool.output(0).shape[2];
  plan.filters = w.output_c;
  plan.units = dense.input(1).shape[0];
  plan.packed_units = 16;
  while (plan.packed_units < plan.units) plan.packed_units *= 2;
  plan.activation = fused_activation(pool.attributes().text("activation"));
  for (int c = 0; c < kChunks; ++c) {
    plan.most_windows = std::max(plan.most_windows, plan.first_window(c + 1) - plan.first_window(c));
  }
  const std::size_t depth = at(plan.most_windows * plan.filters), blocks = at(blocks_of(batch));
  plan.maxima = depth * kInterleaved;
  plan.codes = lines(depth * kCodeBytes / sizeof(float));
  plan.gradient = depth * kInterleaved;
  plan.sums = at((plan.taps() + 1) * plan.filters) * kInterleaved;
  plan.totals = lines(plan.sums / kInterleaved);
  plan.chunk = blocks * (plan.maxima + plan.codes) + plan.gradient + plan.sums + plan.totals;
  plan.image = at(plan.height) * static_cast<std::size_t>(plan.row());
  plan.samples_at = blocks * plan.image;
  plan.rows_at = plan.samples_at + plan.image;
  plan.columns_at = plan.rows_at + blocks * kInterleaved * at(plan.packed_units);
  plan.part = plan.columns_at + blocks * kInterleaved * at(plan.packed_units);
  return plan;
}

/// The dense layer's output from the sums of the chunks, and its gradient back.
TrainCall dense_end(const Plan& plan, const FusedActivation& activation) {
  const int packed = plan.packed_units, units = plan.units, stride = kChunks * packed;
  static_assert(kChunks == 4);
  const auto forward = [=](const TrainBuffers& buffers) {
    float* output = buffers.output;
    for (int s = 0; s < buffers.batch; ++s) {
      const float* sums = buffers.inputs[0] + std::ptrdiff_t{s} * stride;
      for (int u = 0; u < units; ++u, ++sums) {
        *output++ = (sums[0] + sums[packed]) + (sums[2 * packed] + sums[3 * packed]);
      }
    }
    add_bias_and_clamp(buffers.batch, units, buffers.inputs[1], activation, buffers.output);
  };
  const auto backward = [=](const TrainBuffers& buffers) {
    float* gradient = buffers.output_gradient;
    mask_gradient(buffers.batch, units, activation, buffers.output, gradient, gradient, units);
    if (float* bias = buffers.input_gradients[1]) {
      std::fill_n(bias, units, 0.0f);
      add_column_sums(buffers.batch, units, gradient, units, bias);
    }
    for (std::ptrdiff_t s = 0; s < buffers.batch; ++s) {
      float* sums = buffers.input_gradients[0] + s * stride;
      std::copy_n(gradient + s * units, units, sums);
      std::fill_n(sums + units, packed - units, 0.0f);
    }
  };
  return {.forward = forward, .backward = backward};
}

}  // namespace

std::optional<TrainFront> compile_conv_pool_dense(std::span<const NodeView> chain, int batch) {
  const NodeView &conv = chain[0], &pool = chain[1], &dense = chain[2];
  if (simd_level() < SimdLevel::kAvx2 || !is_2x2_maximum(pool) || !is_dense(dense)) return {};
  const Shape& filter = conv.input(1).shape;
  const thimble_window w = window_of(conv.attributes(), conv.input(0), filter[1], filter[2], filter[0]);
  if (!conv.input(1).constant() || filter[3] != w.input_c || !is_plain_3x3(w)) return {};
  // The planner has moved the activation behind the maximum.
  if (conv.attributes().text("activation") != "NONE") return {};
  const Plan plan = make_plan(w, pool, dense, batch);
  if (plan.units > 128 || plan.windows() < kChunks) return {};
  const Bodies body = best_variant(kAvx2, kAvx512);
  TrainFront front;
  front.inputs = {conv.input_id(1), conv.has_input(2) ? conv.input_id(2) : kNoTensor, dense.input_id(1)};
  front.end_input = dense.has_input(2) ? dense.input_id(2) : kNoTensor;
  front.sums = at(kChunks) * at(plan.packed_units);
  front.packed = plan.packed_units;
  front.call = {
      .workspace = kChunks * (plan.chunk + plan.part),
      .forward = [plan, body](const TrainBuffers& buffers) { forward(plan, body, buffers); },
      .backward = [plan, body](const TrainBuffers& buffers) { backward(plan, body, buffers); },
      .whole_batch = true,
      .reads_samples = true,
      .block = kInterleaved,
      .complete = [plan, body](const TrainBuffers& buffers) { complete(plan, body, buffers); },
      .first_float = [plan](int part,
                            int parts) { return plan.first_weight(plan.first_window(first_chunk(part, parts))); },
      .finish = [plan](const TrainBuffers& buffers) { finish(plan, buffers); }};
  front.end = dense_end(plan, fused_activation(dense.attributes().text("activation")));
  return front;
}
#else
std::optional<TrainFront> compile_conv_pool_dense(std::span<const NodeView>, int) { return {}; }
#endif

}  // namespace thimble
