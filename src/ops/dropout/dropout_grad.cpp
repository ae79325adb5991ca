// DROPOUT in training: what stays is scaled up, so that the mean stays too.
#include <algorithm>

#include "ops/matrix_tile.h"
#include "ops/op.h"

namespace thimble {
extern const TrainKernels dropout_train;
namespace {

template <int lanes>
struct Integers {
  typedef std::uint32_t Bits __attribute__((vector_size(lanes * sizeof(std::uint32_t))));
  typedef std::int32_t Signed __attribute__((vector_size(lanes * sizeof(std::int32_t))));
};

/// to[i] = from[i] / (1 - rate), or 0 with probability `rate`: which, depends on nothing but the seed and the element's
/// number in the batch, `first` + i. The bits of that number are mixed in two rounds with constants of C. Wellons.
void drop(std::uint64_t seed, float rate, std::uint32_t first, int n, const float* from, float* to) {
  const float kept = 1.0f / (1.0f - rate);
  const auto limit = static_cast<std::int32_t>(rate * 0x1p24f);
  const auto key = static_cast<std::uint32_t>(seed), key2 = static_cast<std::uint32_t>(seed >> 32);
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    for_columns<decltype(best), 1>(n, [&](auto isa, auto, int i, int lanes) THIMBLE_INLINE_LAMBDA {
      using I = decltype(isa);
      using Signed = typename Integers<I::kLanes>::Signed;
      typename Integers<I::kLanes>::Bits x;
      for (int l = 0; l < I::kLanes; ++l) x[l] = static_cast<std::uint32_t>(l);
      x = (x + (first + static_cast<std::uint32_t>(i))) * 0x9e3779b1u + key;
      x = (x ^ (x >> 16)) * 0x21f0aaadu + key2;
      x = (x ^ (x >> 15)) * 0x735a2d97u;
      x ^= x >> 15;
      const Signed stays = ~((reinterpret_cast<Signed>(x >> 8) - limit) >> 31);  // all bits, or none
      const typename I::Vector value = I::load(from + i, lanes) * kept;
      I::store(to + i, reinterpret_cast<typename I::Vector>(reinterpret_cast<Signed>(value) & stays), lanes);
    });
  });
}

TrainCall compile(const NodeView& node, int) {
  const auto elements = static_cast<int>(node.output(0).elements());
  const float rate = node.attributes().real("rate");
  const auto drop_samples = [=](const TrainBuffers& buffers, const float* from, float* to) {
    const std::uint32_t first = static_cast<std::uint32_t>(buffers.first_sample) * static_cast<std::uint32_t>(elements);
    drop(buffers.seed, rate, first, buffers.batch * elements, from, to);
  };
  return {.forward =
              [=](const TrainBuffers& buffers) {
                if (buffers.training) return drop_samples(buffers, buffers.inputs[0], buffers.output);
                std::copy_n(buffers.inputs[0], buffers.batch * elements, buffers.output);
              },
          .backward =
              [=](const TrainBuffers& buffers) {
                drop_samples(buffers, buffers.output_gradient, buffers.input_gradients[0]);
              },
          .reads_inputs = false,
          .reads_output = false,
          .cheap = true};
}

}  // namespace

const TrainKernels dropout_train = {compile};

}  // namespace thimble
