// The kernels for AVRs against the portable ones, bit for bit. Here both are plain C; on a board the first have loops
// in assembly and read flash (src/deploy/deploy_test.cpp).
#include "kernel/avr.h"

#include <cmath>

#include "kernel/float_math.h"
#include "ops/variant_testing.h"

namespace thimble {
namespace {

constexpr LowerOptions kAvr = {.features = {.avr = true}};

void expect_equal(TestNode& test, const Tensor& output_like) {
  expect_equal_variant(test, output_like, kAvr, {"_avr"});
}

TEST(HighMulByParts, IsHighMul) {
  Generator make(3);
  const std::vector<std::int32_t> edges = {0,       1,      -1,      0x7FFF,    0x8000,   -0x8000,
                                           -0x8001, 0xFFFF, 1 << 30, INT32_MAX, INT32_MIN};
  for (const std::int32_t a : edges) {
    for (const std::int32_t b : edges)
      EXPECT_EQ(thimble_high_mul_by_parts(a, b), thimble_high_mul(a, b)) << a << " " << b;
  }
  for (int i = 0; i < 100000; ++i) {
    const std::int32_t a = make.between(INT32_MIN + 1, -1) * (i % 2 ? 1 : -1);
    const std::int32_t b = make.between(INT32_MIN + 1, -1) * (i % 3 ? 1 : -1);
    ASSERT_EQ(thimble_high_mul_by_parts(a, b), thimble_high_mul(a, b)) << a << " " << b;
  }
}

TEST(AvrFinish, IsMultiplyForEveryShift) {
  Generator make(2);
  for (int i = 0; i < 100000; ++i) {
    const int shift = i % 32;
    const std::int32_t sum = make.between(-(1 << 30), 1 << 30) >> make.between(0, 30),
                       factor = make.between(1 << 30, INT32_MAX - 1);
    const int offset = make.between(-128, 127), low = make.between(-128, 0), high = make.between(1, 127);
    ASSERT_EQ(thimble_avr_finish(sum, factor, static_cast<std::uint8_t>(shift), static_cast<std::int16_t>(offset),
                                 static_cast<std::int8_t>(low), static_cast<std::int8_t>(high)),
              thimble_clamp(thimble_multiply(sum, factor, -shift) + offset, low, high))
        << sum << " " << factor << " " << shift;
  }
}

class Avr : public ::testing::TestWithParam<int> {};

TEST_P(Avr, Conv2D) {
  Generator make(GetParam());
  const int depth = make.between(1, 9), channels = make.between(1, 9);
  TestNode test("CONV_2D", convolution_attributes(make));
  test.input(make.input({make.between(1, 2), make.between(5, 9), make.between(5, 12), depth}));
  test.input(make.weights({channels, make.between(1, 3), make.between(1, 3), depth}, channels, 0));
  if (make.between(0, 3)) test.input(make.bias(channels));
  expect_equal(test, make.activation({}, 0.02f, 0.2f));
}

TEST_P(Avr, DepthwiseConv2D) {
  Generator make(GetParam());
  const int inputs = make.between(1, 7), multiplier = make.between(1, 3), channels = inputs * multiplier;
  Attributes attributes = convolution_attributes(make);
  attributes.set("depth_multiplier", std::int64_t{multiplier});
  TestNode test("DEPTHWISE_CONV_2D", attributes);
  test.input(make.input({make.between(1, 2), make.between(7, 9), make.between(8, 12), inputs}));
  test.input(make.weights({1, make.between(1, 3), make.between(1, 4), channels}, channels, 3));
  if (make.between(0, 3)) test.input(make.bias(channels));
  expect_equal(test, make.activation({}, 0.02f, 0.2f));
}

TEST_P(Avr, FullyConnected) {
  Generator make(GetParam());
  const bool per_channel = make.between(0, 1);
  const int depth = make.between(1, 70), units = make.between(1, 13);
  TestNode test("FULLY_CONNECTED", {{"activation", make.one_of({"NONE", "RELU"})}, {"keep_num_dims", false}});
  test.input(make.input({make.between(1, 3), depth}));
  test.input(make.weights({units, depth}, per_channel ? units : 1, 0));
  if (make.between(0, 3)) test.input(make.bias(units));
  expect_equal(test, make.activation({}, 0.02f, 0.4f));
}

TEST_P(Avr, Conv2DAndMaximum) {
  Generator make(GetParam());
  const int channels = make.between(1, 5), depth = make.between(1, 3);
  Graph graph;
  const TensorId input = graph.add(make.input({make.between(1, 2), make.between(7, 9), make.between(6, 9), depth}));
  const TensorId filter = graph.add(make.weights({channels, 3, make.between(1, 3), depth}, channels, 0));
  const TensorId bias = graph.add(make.bias(channels));
  const TensorId sums =
      append(graph, {"CONV_2D", "conv", {input, filter, bias}, {}, convolution_attributes(make)}, "sums");
  graph.tensor(sums).quantization = make.activation({}, 0.02f, 0.2f).quantization;
  const std::int64_t size = make.between(1, 2);
  const Attributes pool = {{"padding", std::string("VALID")},
                           {"filter_h", size},
                           {"filter_w", std::int64_t{1}},
                           {"stride_h", size},
                           {"stride_w", size},
                           {"activation", std::string("NONE")}};
  const TensorId largest = append(graph, {"MAX_POOL_2D", "pool", {sums}, {}, pool}, "largest");
  graph.tensor(largest).quantization = graph.tensor(sums).quantization;
  const NodeView conv(graph, graph.nodes[0]), maximum(graph, graph.nodes[1]);
  const auto together = op_of(conv.node()).lower_with(conv, maximum, kAvr);
  ASSERT_TRUE(together.has_value());
  EXPECT_EQ(outputs_of(graph, {*together}, largest, largest), outputs_of(graph, apart(graph), largest, largest));
}

/// Two operands of one shape; or one of them is smaller, repeated over the pixels, the channels, or both.
void expect_pairs_equal(Generator& make, const char* op) {
  TestNode test(op, {{"activation", make.one_of({"NONE", "RELU", "RELU_N1_TO_1"})}});
  const int height = make.between(1, 3), channels = make.between(1, 200);
  const Shape shapes[] = {{1, height, channels}, {1, 1, channels}, {1, height, 1}, {1, 1, 1}};
  const Shape whole = shapes[0], other = shapes[make.between(0, 3)];
  const bool swapped = make.between(0, 1) == 1;
  Tensor a = make.input(swapped ? other : whole), b = make.input(swapped ? whole : other);
  if (make.between(0, 3) == 0) b.quantization.scales = a.quantization.scales;
  test.input(a);
  test.input(b);
  expect_equal(test, make.activation({}, 0.02f, 0.4f));
}

void expect_pool_equal(Generator& make, const char* op, int largest_window) {
  Attributes attributes = window_attributes(make);
  attributes.set("filter_h", std::int64_t{make.between(1, largest_window)});
  attributes.set("filter_w", std::int64_t{make.between(1, largest_window)});
  TestNode test(op, attributes);
  const Tensor input = make.input({make.between(1, 2), make.between(15, 17), make.between(15, 18), make.between(1, 9)});
  test.input(input);
  expect_equal(test, input);
}

TEST_P(Avr, Add) {
  Generator make(GetParam());
  expect_pairs_equal(make, "ADD");
}

TEST_P(Avr, Sub) {
  Generator make(GetParam());
  expect_pairs_equal(make, "SUB");
}

TEST_P(Avr, Mul) {
  Generator make(GetParam());
  expect_pairs_equal(make, "MUL");
}

TEST_P(Avr, MaxPool2D) {
  Generator make(GetParam());
  expect_pool_equal(make, "MAX_POOL_2D", 4);
}

TEST_P(Avr, AveragePool2D) {
  Generator make(GetParam());
  expect_pool_equal(make, "AVERAGE_POOL_2D", make.between(0, 3) ? 4 : 15);
}

TEST_P(Avr, Mean) {
  Generator make(GetParam());
  TestNode test("MEAN", {{"keep_dims", false}});
  test.input(make.input({make.between(1, 3), make.between(1, 20), make.between(1, 20), make.between(1, 9)}));
  const std::vector<std::vector<std::int32_t>> axes = {{1, 2}, {1}, {2}, {3}, {1, 3}, {0, 1, 2, 3}};
  test.integers(axes[static_cast<std::size_t>(make.between(0, 5))]);
  expect_equal(test, make.activation({}, 0.1f, 0.4f));
}

/// An array of more than 32,767 bytes is none that avr-gcc takes: units come in several calls.
TEST(AvrLarge, DenseLayersComeInParts) {
  Generator make(7);
  TestNode test("FULLY_CONNECTED", {{"activation", std::string("NONE")}, {"keep_num_dims", false}});
  test.input(make.input({1, 1000}));
  test.input(make.weights({70, 1000}, 70, 0));
  test.input(make.bias(70));
  Tensor output = make.activation({}, 0.02f, 0.4f);
  output.shape = {1, 70};
  test.output(output);
  const std::vector<KernelCall> calls = op_of(test.node()).lower(NodeView(test.graph(), test.node()), kAvr);
  ASSERT_EQ(calls.size(), 3U);
  for (const KernelCall& call : calls) {
    for (const KernelConstant& constant : call.constants) EXPECT_LE(constant.data->size(), 32767U);
  }
  expect_equal_lowered(test, kAvr, {"_avr"});
}

TEST(AvrLarge, ConvolutionsComeInTwo) {
  Generator make(8);
  TestNode test("CONV_2D", convolution_attributes(make));
  test.input(make.input({1, 5, 6, 120}));
  test.input(make.weights({40, 3, 3, 120}, 40, 0));
  Tensor output = make.activation({}, 0.02f, 0.4f);
  output.shape = test.infer()[0].shape;
  test.output(output);
  const std::vector<KernelCall> calls = op_of(test.node()).lower(NodeView(test.graph(), test.node()), kAvr);
  ASSERT_EQ(calls.size(), 1U);
  ASSERT_EQ(calls[0].constants.size(), 3U);
  for (const KernelConstant& constant : calls[0].constants) EXPECT_LE(constant.data->size(), 32767U);
  expect_equal_lowered(test, kAvr, {"_avr"});
}

INSTANTIATE_TEST_SUITE_P(Random, Avr, ::testing::Range(0, 100));

TEST(AvrFloatMath, IsThatOfTheLibrary) {
  for (int i = -400; i <= 400; ++i) {
    const float x = static_cast<float>(i) / 40.0f, small = x * 1e-6f;
    EXPECT_NEAR(thimble_erfcf(x), std::erfc(x), 1e-5f * std::erfc(x) + 1e-40f) << x;
    EXPECT_NEAR(thimble_expm1f(x), std::expm1(x), 1e-6f * std::fabs(std::expm1(x))) << x;
    EXPECT_NEAR(thimble_expm1f(small), std::expm1(small), 1e-6f * std::fabs(small)) << small;
    EXPECT_EQ(thimble_rintf(x), std::rint(x)) << x;
    EXPECT_EQ(std::signbit(thimble_rintf(x)), std::signbit(std::rint(x))) << x;
  }
  EXPECT_EQ(thimble_expm1f(-100.0f), -1.0f);
  EXPECT_EQ(thimble_rintf(1e30f), 1e30f);
}

}  // namespace
}  // namespace thimble
