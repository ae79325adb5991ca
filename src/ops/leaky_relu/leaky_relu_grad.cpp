// LEAKY_RELU in training.
#include "ops/train_elementwise.h"

namespace thimble {
extern const TrainKernels leaky_relu_train;
namespace {

struct LeakyRelu {
  float alpha;
  template <typename I>
  THIMBLE_INLINE typename I::Vector value(const typename I::Vector& x) const {
    return x < typename I::Vector{} ? x * alpha : x;
  }
  template <typename I>
  THIMBLE_INLINE typename I::Vector slope(const typename I::Vector& x, const typename I::Vector&) const {
    return x < typename I::Vector{} ? I::all(alpha) : I::all(1.0f);
  }
};

TrainCall compile(const NodeView& node, int) {
  return elementwise_training(node, LeakyRelu{node.attributes().real("alpha")});
}

}  // namespace

const TrainKernels leaky_relu_train = {compile};

}  // namespace thimble
