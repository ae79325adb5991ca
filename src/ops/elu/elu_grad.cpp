// ELU in training.
#include "ops/train_elementwise.h"

namespace thimble {
extern const TrainKernels elu_train;
namespace {

struct Elu {
  template <typename I>
  THIMBLE_INLINE typename I::Vector value(const typename I::Vector& x) const {
    return x < typename I::Vector{} ? exp_lanes<I>(x) - 1.0f : x;
  }
  template <typename I>
  THIMBLE_INLINE typename I::Vector slope(const typename I::Vector& x, const typename I::Vector& y) const {
    return x < typename I::Vector{} ? y + 1.0f : I::all(1.0f);
  }
};

TrainCall compile(const NodeView& node, int) { return elementwise_training(node, Elu{}); }

}  // namespace

const TrainKernels elu_train = {compile};

}  // namespace thimble
