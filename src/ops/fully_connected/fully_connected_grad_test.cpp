#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

GradientCase dense(const Shape& input, int units, const char* activation_name = "NONE", bool bias = true) {
  GradientCase spec{.op = "FULLY_CONNECTED",
                    .inputs = {activation(input), parameter({units, input.back()})},
                    .attributes = {{"activation", std::string(activation_name)}, {"keep_num_dims", input.size() > 2}}};
  if (bias) spec.inputs.push_back(parameter({units}));
  return spec;
}

TEST(FullyConnectedGrad, WholeVectors) { check_gradient(dense({1, 32}, 16)); }
TEST(FullyConnectedGrad, OddSizes) { check_gradient(dense({1, 37}, 11)); }
TEST(FullyConnectedGrad, OneByOne) { check_gradient(dense({1, 1}, 1)); }
TEST(FullyConnectedGrad, NoBias) { check_gradient(dense({1, 9}, 5, "NONE", false)); }
TEST(FullyConnectedGrad, Relu) { check_gradient(dense({1, 21}, 13, "RELU")); }
TEST(FullyConnectedGrad, Relu6) {
  GradientCase spec = dense({1, 40}, 9, "RELU6");
  spec.scale = 2;
  check_gradient(spec);
}
TEST(FullyConnectedGrad, TransposesTheWeightsForManyRows) {
  GradientCase spec = dense({1, 4, 6, 13}, 27);
  check_gradient(spec);
}
TEST(FullyConnectedGrad, RowsOfASample) { check_gradient(dense({1, 3, 5, 10}, 7, "RELU")); }
TEST(FullyConnectedGrad, LargerBatch) {
  GradientCase spec = dense({1, 10}, 6);
  spec.batch = 17;
  check_gradient(spec);
}

}  // namespace
}  // namespace thimble::testing
