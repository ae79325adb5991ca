#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

TEST(ReluGrad, Image) {
  check_gradient({.op = "RELU", .inputs = {activation({1, 3, 5, 7})}, .scale = 10, .epsilon = 4e-3f});
}
TEST(ReluGrad, Vector) {
  check_gradient({.op = "RELU", .inputs = {activation({1, 9})}, .scale = 10, .epsilon = 4e-3f});
}

}  // namespace
}  // namespace thimble::testing
