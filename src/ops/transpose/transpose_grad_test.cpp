#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

TEST(TransposeGrad, Dimensions) {
  check_gradient({.op = "TRANSPOSE", .inputs = {activation({1, 3, 4, 5}), integers({0, 2, 3, 1})}});
}

}  // namespace
}  // namespace thimble::testing
