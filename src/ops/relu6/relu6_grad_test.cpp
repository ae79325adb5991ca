#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

TEST(Relu6Grad, Image) {
  check_gradient({.op = "RELU6", .inputs = {activation({1, 3, 5, 7})}, .scale = 10, .epsilon = 4e-3f});
}
TEST(Relu6Grad, Vector) {
  check_gradient({.op = "RELU6", .inputs = {activation({1, 9})}, .scale = 10, .epsilon = 4e-3f});
}

}  // namespace
}  // namespace thimble::testing
