// SOFTPLUS in training.
#include <cmath>

#include "ops/train_elementwise.h"

namespace thimble {
extern const TrainKernels softplus_train;
namespace {

struct Softplus {
  template <typename I>
  THIMBLE_INLINE typename I::Vector value(const typename I::Vector& x) const {
    float lanes[I::kLanes];
    I::store(lanes, x);
    for (float& lane : lanes) lane = (lane > 0.0f ? lane : 0.0f) + std::log1p(std::exp(-std::fabs(lane)));
    return I::load(lanes);
  }
  template <typename I>
  THIMBLE_INLINE typename I::Vector slope(const typename I::Vector& x, const typename I::Vector&) const {
    return logistic_lanes<I>(x);
  }
};

TrainCall compile(const NodeView& node, int) { return elementwise_training(node, Softplus{}); }

}  // namespace

const TrainKernels softplus_train = {compile};

}  // namespace thimble
