// Hybrid kernels for DSP instructions against the portable ones, bit for bit. Here both are plain C; on a board the
// first have loops in assembly (src/deploy/types_deploy_test.cpp).
#include "ops/hybrid.h"

#include "ops/variant_testing.h"

namespace thimble {
namespace {

constexpr LowerOptions kDsp = {.features = {.dsp = true}};

class HybridDsp : public ::testing::TestWithParam<int> {};

void expect_equal(TestNode& test, const std::string& ending) {
  expect_equal_variant(test, TestNode::tensor_of(Type::kFloat32, {}), kDsp, {ending});
}

TEST_P(HybridDsp, Conv2D) {
  Generator make(GetParam());
  const int depth = make.between(1, 9), channels = make.between(1, 9);
  TestNode test("CONV_2D", convolution_attributes(make));
  test.input(make.floats({make.between(1, 2), make.between(5, 9), make.between(5, 12), depth}));
  test.input(
      make.weights({channels, make.between(1, 3), make.between(1, 3), depth}, make.between(0, 1) ? channels : 1, 0));
  if (make.between(0, 3)) test.input(make.floats({channels}));
  expect_equal(test, "_hybrid_dsp");
}

TEST_P(HybridDsp, DepthwiseConv2D) {
  Generator make(GetParam());
  const int channels = 4 * make.between(1, 4);
  Attributes attributes = convolution_attributes(make);
  attributes.set("depth_multiplier", std::int64_t{1});
  TestNode test("DEPTHWISE_CONV_2D", attributes);
  test.input(make.floats({make.between(1, 2), make.between(7, 9), make.between(8, 12), channels}));
  test.input(make.weights({1, make.between(1, 4), make.between(1, 4), channels}, channels, 3));
  if (make.between(0, 3)) test.input(make.floats({channels}));
  expect_equal(test, "_hybrid_dsp");
}

TEST_P(HybridDsp, FullyConnected) {
  Generator make(GetParam());
  const int depth = make.between(1, 70), units = make.between(1, 13);
  TestNode test("FULLY_CONNECTED", {{"activation", make.one_of({"NONE", "RELU"})},
                                    {"keep_num_dims", false},
                                    {"asymmetric_quantize_inputs", make.between(0, 1) == 1}});
  test.input(make.floats({make.between(1, 3), depth}));
  test.input(make.weights({units, depth}, make.between(0, 1) ? units : 1, 0));
  if (make.between(0, 3)) test.input(make.floats({units}));
  expect_equal(test, "_hybrid_dsp");
}

INSTANTIATE_TEST_SUITE_P(Random, HybridDsp, ::testing::Range(0, 100));

}  // namespace
}  // namespace thimble
