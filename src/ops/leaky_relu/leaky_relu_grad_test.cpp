#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

TEST(LeakyReluGrad, EachElement) {
  check_gradient({.op = "LEAKY_RELU", .inputs = {activation({1, 5, 7})}, .attributes = {{"alpha", 0.3}}});
}

}  // namespace
}  // namespace thimble::testing
