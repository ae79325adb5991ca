// GELU in training, exact or by tanh.
#include <cmath>

#include "ops/train_elementwise.h"

namespace thimble {
extern const TrainKernels gelu_train;
namespace {

constexpr float kRootHalf = 0.70710678118654752f;       // sqrt(1/2)
constexpr float kRootTwoOverPi = 0.79788456080286536f;  // sqrt(2/pi)
constexpr float kCubic = 0.044715f;

/// x * P(X <= x) for a normal X.
struct Gelu {
  template <typename I>
  THIMBLE_INLINE typename I::Vector probability(const typename I::Vector& x) const {
    float lanes[I::kLanes];
    I::store(lanes, x);
    for (float& lane : lanes) lane = 0.5f * (1.0f + std::erf(lane * kRootHalf));
    return I::load(lanes);
  }
  template <typename I>
  THIMBLE_INLINE typename I::Vector value(const typename I::Vector& x) const {
    return x * probability<I>(x);
  }
  template <typename I>
  THIMBLE_INLINE typename I::Vector slope(const typename I::Vector& x, const typename I::Vector&) const {
    return probability<I>(x) + x * exp_lanes<I>(-0.5f * x * x) * (0.5f * kRootTwoOverPi);
  }
};

struct GeluApproximate {
  template <typename I>
  THIMBLE_INLINE typename I::Vector curve(const typename I::Vector& x) const {
    return tanh_lanes<I>(kRootTwoOverPi * (x + kCubic * x * x * x));
  }
  template <typename I>
  THIMBLE_INLINE typename I::Vector value(const typename I::Vector& x) const {
    return 0.5f * x * (1.0f + curve<I>(x));
  }
  template <typename I>
  THIMBLE_INLINE typename I::Vector slope(const typename I::Vector& x, const typename I::Vector&) const {
    const typename I::Vector t = curve<I>(x);
    return 0.5f * (1.0f + t) + 0.5f * x * (1.0f - t * t) * (kRootTwoOverPi * (1.0f + 3.0f * kCubic * x * x));
  }
};

TrainCall compile(const NodeView& node, int) {
  if (node.attributes().flag("approximate")) return elementwise_training(node, GeluApproximate{});
  return elementwise_training(node, Gelu{});
}

}  // namespace

const TrainKernels gelu_train = {compile};

}  // namespace thimble
