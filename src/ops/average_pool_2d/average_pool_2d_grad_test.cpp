#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

GradientCase pool(const Shape& input, int filter, int stride, const char* padding, const char* fused = "NONE") {
  return {.op = "AVERAGE_POOL_2D",
          .inputs = {activation({1, input[0], input[1], input[2]})},
          .attributes = {{"padding", std::string(padding)},
                         {"stride_h", std::int64_t{stride}},
                         {"stride_w", std::int64_t{stride}},
                         {"filter_h", std::int64_t{filter}},
                         {"filter_w", std::int64_t{filter}},
                         {"activation", std::string(fused)}},
          .epsilon = 1e-2f};
}

TEST(AveragePool2DGrad, Halves) { check_gradient(pool({6, 8, 8}, 2, 2, "VALID")); }
TEST(AveragePool2DGrad, LeavesTheLastRowOut) { check_gradient(pool({7, 5, 3}, 2, 2, "VALID")); }
TEST(AveragePool2DGrad, Overlaps) { check_gradient(pool({7, 6, 5}, 3, 2, "VALID")); }
TEST(AveragePool2DGrad, OverlapsWithPadding) { check_gradient(pool({7, 6, 19}, 3, 2, "SAME")); }
TEST(AveragePool2DGrad, StrideOneSame) { check_gradient(pool({4, 5, 1}, 3, 1, "SAME")); }
TEST(AveragePool2DGrad, StrideBeyondTheFilter) { check_gradient(pool({8, 8, 4}, 2, 3, "VALID")); }
TEST(AveragePool2DGrad, Relu) { check_gradient(pool({6, 6, 6}, 2, 2, "VALID", "RELU")); }

}  // namespace
}  // namespace thimble::testing
