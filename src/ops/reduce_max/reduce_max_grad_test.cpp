#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

GradientCase greatest(Shape input, std::vector<std::int32_t> axes, bool keep = false) {
  return {.op = "REDUCE_MAX",
          .inputs = {activation(std::move(input)), integers(std::move(axes))},
          .attributes = {{"keep_dims", keep}},
          .epsilon = 1e-3f,
          .tolerance = 4e-3};
}

TEST(ReduceMaxGrad, GlobalMaximum) { check_gradient(greatest({1, 4, 5, 7}, {1, 2})); }
TEST(ReduceMaxGrad, KeepsDimensions) { check_gradient(greatest({1, 4, 3}, {1}, true)); }
TEST(ReduceMaxGrad, LastAxis) { check_gradient(greatest({1, 4, 6}, {-1})); }

}  // namespace
}  // namespace thimble::testing
