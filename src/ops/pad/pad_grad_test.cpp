#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

GradientCase pad(const Shape& input, std::vector<std::int32_t> paddings) {
  return {.op = "PAD", .inputs = {activation(input), integers(std::move(paddings))}};
}

TEST(PadGrad, AroundAnImage) { check_gradient(pad({1, 3, 4, 2}, {0, 0, 1, 2, 3, 0, 0, 0})); }
TEST(PadGrad, Channels) { check_gradient(pad({1, 2, 2, 3}, {0, 0, 0, 0, 0, 0, 2, 1})); }
TEST(PadGrad, Vector) { check_gradient(pad({1, 5}, {0, 0, 1, 1})); }

}  // namespace
}  // namespace thimble::testing
