#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

TEST(ReverseV2Grad, Steps) { check_gradient({.op = "REVERSE_V2", .inputs = {activation({1, 5, 3}), integers({1})}}); }
TEST(ReverseV2Grad, TwoAxes) {
  check_gradient({.op = "REVERSE_V2", .inputs = {activation({1, 4, 2, 3}), integers({1, -1})}});
}

}  // namespace
}  // namespace thimble::testing
