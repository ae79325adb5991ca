// MINIMUM in training.
#include "ops/train_pairs.h"

namespace thimble {
extern const TrainKernels minimum_train;
namespace {

struct Less {
  THIMBLE_INLINE float value(float a, float b) const { return a < b ? a : b; }
  template <int kIndex>
  THIMBLE_INLINE float slope(float a, float b) const {
    return (a < b) == (kIndex == 0) ? 1.0f : 0.0f;
  }
};

TrainCall compile(const NodeView& node, int) { return pair_training(node, Less{}); }

}  // namespace

const TrainKernels minimum_train = {compile};

}  // namespace thimble
