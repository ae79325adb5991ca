#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

TEST(LogisticGrad, EachElement) {
  check_gradient({.op = "LOGISTIC", .inputs = {activation({1, 5, 7})}, .scale = 4.0f});
}

}  // namespace
}  // namespace thimble::testing
