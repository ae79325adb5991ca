// On AVR nothing constant lies in RAM: weights, tables and parameters of all kinds of layers are read from flash.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"
#include "base/subprocess.h"
#include "deploy/deploy.h"
#include "ops/graph_builder.h"

namespace thimble {
namespace {

/// Layers of one type, float32, int8 or int16 (weights of 8 bits).
class Layers {
 public:
  explicit Layers(Type type) : type_(type), last_(activation(builder_.input({1, 8, 8, 2}, type))) {}

  void convolve(const std::string& op, int channels) {
    const int depth = builder_.shape(last_)[3];
    const Shape filter = op == "CONV_2D" ? Shape{channels, 3, 3, depth} : Shape{1, 3, 3, channels};
    const TensorId filters = weights(filter);
    add(op, {last_, filters, bias(channels)},
        {{"padding", std::string("SAME")},
         {"stride_h", std::int64_t{1}},
         {"stride_w", std::int64_t{1}},
         {"depth_multiplier", std::int64_t{1}},
         {"activation", std::string("RELU")}});
  }
  void residual() {
    const TensorId before = last_;
    convolve("CONV_2D", builder_.shape(last_)[3]);
    add("ADD", {before, last_}, {{"activation", std::string("NONE")}});
  }
  void pool(const std::string& op) {
    last_ = builder_.node(op, {last_},
                          {{"padding", std::string("VALID")},
                           {"filter_h", std::int64_t{2}},
                           {"filter_w", std::int64_t{2}},
                           {"stride_h", std::int64_t{2}},
                           {"stride_w", std::int64_t{2}},
                           {"activation", std::string("NONE")}});
    activation(last_);
  }
  void mean() {
    add("MEAN", {last_, builder_.constant<std::int32_t>({2}, Type::kInt32, {1, 2})}, {{"keep_dims", false}});
  }
  void connect(int units) {
    const int depth = builder_.shape(last_)[1];
    const TensorId matrix = weights({units, depth});
    add("FULLY_CONNECTED", {last_, matrix, bias(units)},
        {{"activation", std::string("NONE")}, {"keep_num_dims", false}});
  }
  void apply(const std::string& op, float scale, int zero_point, Attributes attributes = {}) {
    last_ = builder_.node(op, {last_}, std::move(attributes));
    if (type_ != Type::kFloat32) builder_.quantize(last_, scale, zero_point);
  }
  Graph finish() { return builder_.finish({last_}); }

 private:
  bool is_float() const { return type_ == Type::kFloat32; }
  TensorId activation(TensorId id) {
    if (type_ == Type::kInt8) builder_.quantize(id, 0.05f, -7);
    if (type_ == Type::kInt16) builder_.quantize(id, 1.0f / 4096.0f, 0);
    return id;
  }
  void add(const std::string& op, std::vector<TensorId> inputs, Attributes attributes) {
    last_ = activation(builder_.node(op, std::move(inputs), std::move(attributes)));
  }
  TensorId weights(const Shape& shape) {
    std::vector<float> floats;
    std::vector<std::int8_t> bytes;
    for (std::int64_t i = 0; i < element_count(shape); ++i) {
      bytes.push_back(static_cast<std::int8_t>(static_cast<int>(random_.below(255)) - 127));
      floats.push_back(static_cast<float>(bytes.back()) / 400.0f);
    }
    return is_float() ? builder_.constant(shape, floats)
                      : builder_.constant(shape, Type::kInt8, bytes, {{0.0025f}, {0}, 0});
  }
  TensorId bias(int channels) {
    const auto count = static_cast<std::size_t>(channels);
    if (is_float()) return builder_.constant({channels}, std::vector<float>(count, 0.1f));
    if (type_ == Type::kInt8) return builder_.constant({channels}, Type::kInt32, std::vector<std::int32_t>(count, 300));
    return builder_.constant({channels}, Type::kInt64, std::vector<std::int64_t>(count, 9000));
  }

  GraphBuilder builder_;
  Random random_{4};
  Type type_;
  TensorId last_;
};

/// A small ResNet, with the functions that are tables.
Graph small_resnet(Type type) {
  Layers layers(type);
  layers.convolve("CONV_2D", 4);
  layers.residual();
  layers.pool("MAX_POOL_2D");
  layers.convolve("DEPTHWISE_CONV_2D", 4);
  layers.pool("AVERAGE_POOL_2D");
  if (type != Type::kInt16) layers.mean();
  if (type == Type::kInt16) layers.apply("LOGISTIC", 1.0f / 32768.0f, 0);
  if (type == Type::kInt8) layers.apply("LOGISTIC", 1.0f / 256.0f, -128);
  if (type != Type::kInt16) layers.connect(5);
  const float scale = type == Type::kInt8 ? 1.0f / 256.0f : 1.0f / 32768.0f;
  layers.apply("SOFTMAX", scale, type == Type::kInt8 ? -128 : 0, {{"beta", 1.0f}});
  return layers.finish();
}

/// More weights than the 64 kB that LPM reaches, in convolutions of more than an array may hold.
Graph large_network() {
  Layers layers(Type::kInt8);
  layers.convolve("CONV_2D", 64);
  layers.pool("MAX_POOL_2D");
  layers.pool("AVERAGE_POOL_2D");
  layers.convolve("CONV_2D", 64);
  layers.convolve("CONV_2D", 64);
  layers.residual();
  layers.mean();
  layers.connect(10);
  return layers.finish();
}

/// A dense layer whose units have factors from 1 down to 2^-31, and biases that give outputs in and out of range.
Graph many_shifts() {
  constexpr int kDepth = 9, kUnits = 62;
  GraphBuilder builder;
  const TensorId input = builder.input({1, kDepth}, Type::kInt8);
  builder.quantize(input, 0.05f, -7);
  Random random(5);
  const auto below = [&](int count) { return static_cast<int>(random.below(static_cast<std::uint32_t>(count))); };
  std::vector<std::int8_t> weights(kDepth * kUnits);
  for (std::int8_t& weight : weights) weight = static_cast<std::int8_t>(below(255) - 127);
  Quantization quantization{{}, std::vector<std::int64_t>(kUnits), 0};
  std::vector<std::int32_t> bias;
  for (int u = 0; u < kUnits; ++u) {
    const int shift = u % 31;
    quantization.scales.push_back(std::ldexp(0.4f + 0.3f * random.uniform(), -shift));
    bias.push_back((below(600) - 300) * (1 << std::min(shift, 21)));
  }
  const TensorId matrix = builder.constant({kUnits, kDepth}, Type::kInt8, weights, quantization);
  const TensorId biases = builder.constant({kUnits}, Type::kInt32, bias);
  const TensorId output = builder.node("FULLY_CONNECTED", {input, matrix, biases},
                                       {{"activation", std::string("NONE")}, {"keep_num_dims", false}});
  builder.quantize(output, 0.05f, 3);
  return builder.finish({output});
}

/// Operands of one shape, and one that is repeated over the pixels; windows that the border cuts off.
Graph pairs_and_pools() {
  GraphBuilder builder;
  const TensorId image = builder.input({1, 6, 7, 5}, Type::kInt8);
  builder.quantize(image, 0.05f, -7);
  TensorId last = image;
  const auto apply = [&](const char* op, const std::vector<TensorId>& inputs, float scale, int zero_point) {
    last = builder.node(op, inputs, {{"activation", std::string("NONE")}});
    builder.quantize(last, scale, zero_point);
  };
  const auto pool = [&](const char* op, std::int64_t height, std::int64_t width) {
    last = builder.node(op, {last},
                        {{"padding", std::string("SAME")},
                         {"filter_h", height},
                         {"filter_w", width},
                         {"stride_h", std::int64_t{1}},
                         {"stride_w", std::int64_t{1}},
                         {"activation", std::string("RELU6")}});
    builder.quantize(last, 0.05f, -7);
  };
  pool("MAX_POOL_2D", 3, 2);
  pool("AVERAGE_POOL_2D", 3, 5);
  const TensorId axes = builder.constant<std::int32_t>({2}, Type::kInt32, {1, 2});
  const TensorId pooled = last;
  apply("SUB", {image, pooled}, 0.06f, 10);
  const TensorId difference = last;
  last = builder.node("MEAN", {difference, axes}, {{"keep_dims", true}});
  builder.quantize(last, 0.01f, 5);
  apply("MUL", {difference, last}, 0.03f, -20);
  apply("SUB", {pooled, last}, 0.07f, 0);
  apply("ADD", {last, difference}, 0.09f, 1);
  return builder.finish({last});
}

TEST(Avr, KernelsOnTheBoardAreThoseOfTheHost) {
  const Board& board = find_board("avr");
  if (!find_program("avr-gcc")) GTEST_SKIP() << "not installed: " << board.tools_packages;
  for (const Graph& graph : {many_shifts(), pairs_and_pools()}) {
    for (const Optimize optimize : {Optimize::kSize, Optimize::kSpeed}) {
      const Deployment deployment = deploy(graph, optimize, lower_options_for(board));
      for (const Step& step : deployment.executable->program) EXPECT_TRUE(step.call.symbol.ends_with("_avr"));
      const TemporaryFolder folder;
      const Measurement measurement = measure(deployment, board, optimize, made_up_inputs(graph, 8), 8, folder.path());
      EXPECT_TRUE(measurement.bits_equal);
      EXPECT_EQ(measurement.firmware.warnings, "");
    }
  }
}

TEST(Avr, WeightsMayLieBeyondTheFirst64Kilobytes) {
  const Board& board = find_board("avr");
  if (!find_program("avr-gcc")) GTEST_SKIP() << "not installed: " << board.tools_packages;
  const Graph graph = large_network();
  for (const Optimize optimize : {Optimize::kSize, Optimize::kSpeed, Optimize::kRam}) {
    const Deployment deployment = deploy(graph, optimize, lower_options_for(board));
    const TemporaryFolder folder;
    const Measurement measurement = measure(deployment, board, optimize, made_up_inputs(graph, 1), 1, folder.path());
    EXPECT_TRUE(measurement.bits_equal);
    EXPECT_EQ(measurement.firmware.warnings, "");
    EXPECT_GT(measurement.firmware.weights_bytes, 100000U);
    EXPECT_EQ(measurement.firmware.contents.section_bytes(".weights_data"), 0U);
    EXPECT_GT(measurement.firmware.contents.section_bytes(".far_weights"), 100000U);
  }
}

class ConstantsOnAvr : public ::testing::TestWithParam<Type> {};

TEST_P(ConstantsOnAvr, LieInFlashAlone) {
  const Board& board = find_board("avr");
  if (!find_program("avr-gcc")) GTEST_SKIP() << "not installed: " << board.tools_packages;
  const Graph graph = small_resnet(GetParam());
  for (const Optimize optimize : {Optimize::kSize, Optimize::kRam}) {
    const Deployment deployment = deploy(graph, optimize, lower_options_for(board));
    const TemporaryFolder folder;
    const Measurement measurement = measure(deployment, board, optimize, made_up_inputs(graph, 1), 1, folder.path());
    EXPECT_TRUE(measurement.bits_equal || measurement.largest_error < 1e-5f);
    EXPECT_TRUE(measurement.bits_equal || GetParam() == Type::kFloat32);
    EXPECT_EQ(measurement.firmware.warnings, "");
    EXPECT_EQ(measurement.firmware.contents.section_bytes(".weights_data"), 0U);
    EXPECT_EQ(measurement.firmware.contents.section_bytes(".model_data"), 0U)
        << run_process({"avr-nm", "-S", measurement.firmware.elf.string()}).out;
  }
}

INSTANTIATE_TEST_SUITE_P(All, ConstantsOnAvr, ::testing::Values(Type::kInt8, Type::kInt16, Type::kFloat32));

}  // namespace
}  // namespace thimble
