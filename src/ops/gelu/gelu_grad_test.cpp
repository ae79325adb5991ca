#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

TEST(GeluGrad, Exact) {
  check_gradient({.op = "GELU", .inputs = {activation({1, 5, 7})}, .attributes = {{"approximate", false}}, .scale = 4});
}
TEST(GeluGrad, ByTanh) {
  check_gradient({.op = "GELU", .inputs = {activation({1, 5, 7})}, .attributes = {{"approximate", true}}, .scale = 4});
}

}  // namespace
}  // namespace thimble::testing
