// TANH in training.
#include "ops/train_elementwise.h"

namespace thimble {
extern const TrainKernels tanh_train;
namespace {

struct Tanh {
  template <typename I>
  THIMBLE_INLINE typename I::Vector value(const typename I::Vector& x) const {
    return tanh_lanes<I>(x);
  }
  template <typename I>
  THIMBLE_INLINE typename I::Vector slope(const typename I::Vector&, const typename I::Vector& y) const {
    return 1.0f - y * y;
  }
};

TrainCall compile(const NodeView& node, int) { return elementwise_training(node, Tanh{}); }

}  // namespace

const TrainKernels tanh_train = {compile};

}  // namespace thimble
