// HARD_SWISH in training.
#include "ops/train_elementwise.h"

namespace thimble {
extern const TrainKernels hard_swish_train;
namespace {

struct HardSwish {
  template <typename I>
  THIMBLE_INLINE typename I::Vector value(const typename I::Vector& x) const {
    using Vector = typename I::Vector;
    return x * clamp_lanes<I>(x + 3.0f, Vector{}, I::all(6.0f)) * (1.0f / 6);
  }
  template <typename I>
  THIMBLE_INLINE typename I::Vector slope(const typename I::Vector& x, const typename I::Vector&) const {
    using Vector = typename I::Vector;
    const Vector inside = x * (1.0f / 3) + 0.5f;
    const Vector above = x > I::all(-3.0f) ? inside : Vector{};
    return x < I::all(3.0f) ? above : I::all(1.0f);
  }
};

TrainCall compile(const NodeView& node, int) { return elementwise_training(node, HardSwish{}); }

}  // namespace

const TrainKernels hard_swish_train = {compile};

}  // namespace thimble
