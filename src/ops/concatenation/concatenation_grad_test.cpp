#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

GradientCase joined(int axis, Shape a, Shape b, Shape c) {
  return {.op = "CONCATENATION",
          .inputs = {activation(std::move(a)), activation(std::move(b)), activation(std::move(c))},
          .attributes = {{"axis", std::int64_t{axis}}, {"activation", std::string("NONE")}}};
}

TEST(ConcatenationGrad, Channels) { check_gradient(joined(-1, {1, 2, 3, 4}, {1, 2, 3, 1}, {1, 2, 3, 5})); }
TEST(ConcatenationGrad, Rows) { check_gradient(joined(1, {1, 2, 3}, {1, 4, 3}, {1, 1, 3})); }

}  // namespace
}  // namespace thimble::testing
