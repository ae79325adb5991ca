// The kernels for floating-point units against the portable ones. Here both are plain C and add in the same order; on a
// board the first are assembly (src/deploy/types_deploy_test.cpp).
#include "ops/fpu.h"

#include "ops/variant_testing.h"

namespace thimble {
namespace {

constexpr LowerOptions kFpu = {.features = {.fpu = true}};

class Fpu : public ::testing::TestWithParam<int> {};

TEST_P(Fpu, Conv2D) {
  Generator make(GetParam());
  const int filter_h = make.between(1, 3), filter_w = make.between(1, 3);
  const int depth = make.between(1, 9), channels = make.between(1, 9);
  Attributes attributes = window_attributes(make);
  attributes.set("dilation_h", std::int64_t{make.between(1, 2)});
  TestNode test("CONV_2D", attributes);
  test.input(make.floats({make.between(1, 2), make.between(5, 9), make.between(5, 15), depth}));
  test.input(make.floats({channels, filter_h, filter_w, depth}));
  if (make.between(0, 3)) test.input(make.floats({channels}));
  expect_equal_variant(test, TestNode::tensor_of(Type::kFloat32, {}), kFpu, {"_fpu"});
}

TEST_P(Fpu, DepthwiseConv2D) {
  Generator make(GetParam());
  const bool is_column = make.between(0, 4) == 0;
  const int filter_h = make.between(1, 4), filter_w = is_column ? 1 : make.between(1, 4),
            channels = make.between(4, 13);
  TestNode test("DEPTHWISE_CONV_2D", convolution_attributes(make));
  test.input(make.floats({make.between(1, 2), make.between(7, 9), is_column ? 1 : make.between(7, 15), channels}));
  test.input(make.floats({1, filter_h, filter_w, channels}));
  if (make.between(0, 3)) test.input(make.floats({channels}));
  expect_equal_variant(test, TestNode::tensor_of(Type::kFloat32, {}), kFpu, {"_fpu"});
}

TEST_P(Fpu, FullyConnected) {
  Generator make(GetParam());
  const int depth = make.between(1, 70), units = make.between(1, 13);
  TestNode test("FULLY_CONNECTED",
                {{"activation", make.one_of({"NONE", "RELU", "RELU_N1_TO_1"})}, {"keep_num_dims", false}});
  test.input(make.floats({make.between(1, 6), depth}));
  test.input(make.floats({units, depth}));
  if (make.between(0, 3)) test.input(make.floats({units}));
  expect_equal_variant(test, TestNode::tensor_of(Type::kFloat32, {}), kFpu, {"_fpu"});
}

TEST(FpuFeature, DspAloneHasNone) {
  Generator make(1);
  TestNode test("FULLY_CONNECTED", {{"activation", std::string("NONE")}, {"keep_num_dims", false}});
  test.input(make.floats({2, 9}));
  test.input(make.floats({5, 9}));
  const LowerOptions dsp = {.features = {.dsp = true, .mve = true}};
  expect_equal_variant(test, TestNode::tensor_of(Type::kFloat32, {}), dsp, {"thimble_fully_connected_f32"});
}

INSTANTIATE_TEST_SUITE_P(Random, Fpu, ::testing::Range(0, 200));

}  // namespace
}  // namespace thimble
