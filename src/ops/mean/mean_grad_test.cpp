#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

GradientCase mean(const Shape& input, std::vector<std::int32_t> axes, bool keep = false) {
  return {.op = "MEAN", .inputs = {activation(input), integers(std::move(axes))}, .attributes = {{"keep_dims", keep}}};
}

TEST(MeanGrad, GlobalAverage) { check_gradient(mean({1, 4, 5, 7}, {1, 2})); }
TEST(MeanGrad, KeepsDimensions) { check_gradient(mean({1, 4, 5, 3}, {1, 2}, true)); }
TEST(MeanGrad, LastAxis) { check_gradient(mean({1, 4, 6}, {-1})); }
TEST(MeanGrad, FirstAndLastAxis) { check_gradient(mean({1, 3, 4, 5}, {1, 3})); }

}  // namespace
}  // namespace thimble::testing
