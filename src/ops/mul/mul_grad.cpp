// MUL in training.
#include "ops/train_pairs.h"

namespace thimble {
extern const TrainKernels mul_train;
namespace {

struct Product {
  THIMBLE_INLINE float value(float a, float b) const { return a * b; }
  template <int kIndex>
  THIMBLE_INLINE float slope(float a, float b) const {
    return kIndex == 0 ? b : a;
  }
};

TrainCall compile(const NodeView& node, int) { return pair_training(node, Product{}); }

}  // namespace

const TrainKernels mul_train = {compile};

}  // namespace thimble
