#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

GradientCase sum(CaseInput a, CaseInput b, const char* fused = "NONE") {
  return {.op = "ADD",
          .inputs = {std::move(a), std::move(b)},
          .attributes = {{"activation", std::string(fused)}},
          .epsilon = 4e-3f};
}

TEST(AddGrad, SameShape) { check_gradient(sum(activation({1, 3, 5}), activation({1, 3, 5}))); }
TEST(AddGrad, Relu) { check_gradient(sum(activation({1, 4, 7}), activation({1, 4, 7}), "RELU")); }
TEST(AddGrad, Relu6) {
  GradientCase spec = sum(activation({1, 4, 7}), activation({1, 4, 7}), "RELU6");
  spec.scale = 8;
  check_gradient(spec);
}
TEST(AddGrad, BroadcastActivation) { check_gradient(sum(activation({1, 3, 1, 5}), activation({1, 1, 4, 5}))); }
TEST(AddGrad, ParameterOfTheLastDimension) { check_gradient(sum(activation({1, 3, 5}), parameter({5}))); }
TEST(AddGrad, ParameterOfTheWholeShape) { check_gradient(sum(parameter({1, 3, 5}), activation({1, 3, 5}))); }

}  // namespace
}  // namespace thimble::testing
