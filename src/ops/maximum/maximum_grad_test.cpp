#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

GradientCase pair(CaseInput a, CaseInput b) { return {.op = "MAXIMUM", .inputs = {std::move(a), std::move(b)}}; }

TEST(MaximumGrad, SameShapes) { check_gradient(pair(activation({1, 3, 5}), activation({1, 3, 5}))); }
TEST(MaximumGrad, ChannelsOfAnImage) { check_gradient(pair(activation({1, 3, 4, 5}), activation({1, 1, 1, 5}))); }
TEST(MaximumGrad, Parameter) { check_gradient(pair(parameter({5}), activation({1, 3, 5}))); }
TEST(MaximumGrad, BothBroadcast) { check_gradient(pair(activation({1, 3, 1}), activation({1, 1, 5}))); }

}  // namespace
}  // namespace thimble::testing
