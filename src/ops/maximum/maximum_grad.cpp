// MAXIMUM in training.
#include "ops/train_pairs.h"

namespace thimble {
extern const TrainKernels maximum_train;
namespace {

struct Greater {
  THIMBLE_INLINE float value(float a, float b) const { return a > b ? a : b; }
  template <int kIndex>
  THIMBLE_INLINE float slope(float a, float b) const {
    return (a > b) == (kIndex == 0) ? 1.0f : 0.0f;
  }
};

TrainCall compile(const NodeView& node, int) { return pair_training(node, Greater{}); }

}  // namespace

const TrainKernels maximum_train = {compile};

}  // namespace thimble
