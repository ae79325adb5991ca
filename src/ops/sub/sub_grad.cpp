// SUB in training.
#include "ops/train_pairs.h"

namespace thimble {
extern const TrainKernels sub_train;
namespace {

struct Difference {
  THIMBLE_INLINE float value(float a, float b) const { return a - b; }
  template <int kIndex>
  THIMBLE_INLINE float slope(float, float) const {
    return kIndex == 0 ? 1.0f : -1.0f;
  }
};

TrainCall compile(const NodeView& node, int) { return pair_training(node, Difference{}); }

}  // namespace

const TrainKernels sub_train = {compile};

}  // namespace thimble
