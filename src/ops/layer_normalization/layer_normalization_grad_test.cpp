#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

GradientCase normalized(Shape input) {
  const int channels = input.back();
  return {.op = "LAYER_NORMALIZATION",
          .inputs = {activation(std::move(input)), parameter({channels}), parameter({channels})},
          .attributes = {{"epsilon", 1e-3}},
          .epsilon = 4e-3f,
          .tolerance = 4e-3};
}

TEST(LayerNormalizationGrad, Sequence) { check_gradient(normalized({1, 4, 19})); }
TEST(LayerNormalizationGrad, Vector) { check_gradient(normalized({1, 6})); }

}  // namespace
}  // namespace thimble::testing
