// LOGISTIC in training.
#include "ops/train_elementwise.h"

namespace thimble {
extern const TrainKernels logistic_train;
namespace {

struct Logistic {
  template <typename I>
  THIMBLE_INLINE typename I::Vector value(const typename I::Vector& x) const {
    return logistic_lanes<I>(x);
  }
  template <typename I>
  THIMBLE_INLINE typename I::Vector slope(const typename I::Vector&, const typename I::Vector& y) const {
    return y * (1.0f - y);
  }
};

TrainCall compile(const NodeView& node, int) { return elementwise_training(node, Logistic{}); }

}  // namespace

const TrainKernels logistic_train = {compile};

}  // namespace thimble
