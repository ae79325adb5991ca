#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

TEST(HardSwishGrad, EachElement) {
  check_gradient({.op = "HARD_SWISH", .inputs = {activation({1, 5, 7})}, .scale = 4.0f});
}

}  // namespace
}  // namespace thimble::testing
