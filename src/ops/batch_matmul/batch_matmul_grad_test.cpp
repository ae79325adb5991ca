#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

GradientCase product(Shape a, Shape b, bool transposed) {
  return {.op = "BATCH_MATMUL",
          .inputs = {activation(std::move(a)), activation(std::move(b))},
          .attributes = {{"adj_x", false}, {"adj_y", transposed}}};
}

TEST(BatchMatmulGrad, Matrices) { check_gradient(product({1, 2, 3, 5}, {1, 2, 5, 9}, false)); }
TEST(BatchMatmulGrad, RightOneTransposed) { check_gradient(product({1, 2, 3, 5}, {1, 2, 9, 5}, true)); }
TEST(BatchMatmulGrad, NoHeads) { check_gradient(product({1, 4, 3}, {1, 3, 2}, false)); }

}  // namespace
}  // namespace thimble::testing
