#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

GradientCase pair(CaseInput a, CaseInput b) {
  return {.op = "SUB", .inputs = {std::move(a), std::move(b)}, .attributes = {{"activation", std::string("NONE")}}};
}

TEST(SubGrad, SameShapes) { check_gradient(pair(activation({1, 3, 5}), activation({1, 3, 5}))); }
TEST(SubGrad, ChannelsOfAnImage) { check_gradient(pair(activation({1, 3, 4, 5}), activation({1, 1, 1, 5}))); }
TEST(SubGrad, Parameter) { check_gradient(pair(parameter({5}), activation({1, 3, 5}))); }
TEST(SubGrad, BothBroadcast) { check_gradient(pair(activation({1, 3, 1}), activation({1, 1, 5}))); }
TEST(SubGrad, FusedRelu) {
  check_gradient({.op = "SUB",
                  .inputs = {activation({1, 4, 7}), activation({1, 4, 7})},
                  .attributes = {{"activation", std::string("RELU")}}});
}

}  // namespace
}  // namespace thimble::testing
