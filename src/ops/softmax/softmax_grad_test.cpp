#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

GradientCase softmax(const Shape& input, double beta) {
  return {.op = "SOFTMAX", .inputs = {activation(input)}, .attributes = {{"beta", beta}}, .scale = 3, .epsilon = 2e-3f};
}

TEST(SoftmaxGrad, Vector) { check_gradient(softmax({1, 10}, 1.0)); }
TEST(SoftmaxGrad, RowsAndBeta) { check_gradient(softmax({1, 4, 3}, 0.5)); }

}  // namespace
}  // namespace thimble::testing
