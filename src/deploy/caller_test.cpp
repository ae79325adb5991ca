// Inputs and outputs in memory of the caller's, on emulated boards.
#include <gtest/gtest.h>

#include "base/random.h"
#include "base/subprocess.h"
#include "deploy/deploy.h"
#include "ops/graph_builder.h"

namespace thimble {
namespace {

/// A 3 x 3 convolution of as many channels as its input has.
TensorId convolve(GraphBuilder& builder, TensorId input, Random& random) {
  const int depth = builder.shape(input)[3];
  std::vector<std::int8_t> weights(static_cast<std::size_t>(9 * depth * depth));
  for (std::int8_t& weight : weights) weight = static_cast<std::int8_t>(random.below(255));
  const TensorId filter = builder.constant({depth, 3, 3, depth}, Type::kInt8, weights, {{0.004f}, {0}, 0});
  const TensorId output = builder.node("CONV_2D", {input, filter},
                                       {{"padding", std::string("SAME")},
                                        {"stride_h", std::int64_t{1}},
                                        {"stride_w", std::int64_t{1}},
                                        {"activation", std::string("NONE")}});
  builder.quantize(output, 0.06f, 3);
  return output;
}

/// Five outputs: one that another layer reads, with padding around it; one that is made in place of what is computed
/// before it; a change of shape; the first once more; the input as it was.
Graph many_outputs() {
  GraphBuilder builder;
  Random random(5);
  const TensorId input = builder.input({1, 9, 7, 4}, Type::kInt8, {{0.05f}, {-7}, 0});
  const TensorId first = convolve(builder, input, random);
  const TensorId second = convolve(builder, first, random);
  const TensorId third = convolve(builder, second, random);
  const TensorId logistic = builder.node("LOGISTIC", {third});
  builder.quantize(logistic, 1.0f / 256.0f, -128);
  const TensorId shape = builder.constant<std::int32_t>({2}, Type::kInt32, {9, 28});
  const TensorId flat = builder.node("RESHAPE", {convolve(builder, second, random), shape});
  builder.quantize(flat, 0.06f, 3);
  return builder.finish({first, logistic, flat, first, input});
}

/// One dense layer and what it scores.
Graph classifier() {
  GraphBuilder builder;
  Random random(6);
  const TensorId input = builder.input({1, 24}, Type::kInt8, {{0.05f}, {-7}, 0});
  std::vector<std::int8_t> weights(24 * 10);
  for (std::int8_t& weight : weights) weight = static_cast<std::int8_t>(random.below(255));
  const TensorId filter = builder.constant({10, 24}, Type::kInt8, weights, {{0.02f}, {0}, 0});
  const TensorId dense =
      builder.node("FULLY_CONNECTED", {input, filter}, {{"activation", std::string("NONE")}, {"keep_num_dims", false}});
  builder.quantize(dense, 0.5f, 3);
  const TensorId scores = builder.node("SOFTMAX", {dense}, {{"beta", 1.0f}});
  builder.quantize(scores, 1.0f / 256.0f, -128);
  return builder.finish({scores});
}

class CallerMemoryOnBoard : public ::testing::TestWithParam<const char*> {};

TEST_P(CallerMemoryOnBoard, KeepsTheBitsAndTakesLess) {
  const Board& board = find_board(GetParam());
  const bool emulator = board.emulator.empty() || find_program(std::string(board.emulator));
  if (!emulator || !find_program(std::string(board.tools) + "gcc")) GTEST_SKIP() << "not installed";
  for (const Graph& graph : {many_outputs(), classifier()}) {
    for (const Optimize optimize : {Optimize::kSpeed, Optimize::kSize, Optimize::kRam}) {
      const LowerOptions options = lower_options_for(board);
      const std::size_t in_arena = prepare_for_board(graph, optimize, options)->plan.arena_bytes;
      for (const CallerMemory caller : {CallerMemory{.outputs = true}, CallerMemory{true, true}}) {
        const Deployment deployment = deploy(graph, optimize, options, {.caller = caller});
        const TemporaryFolder folder;
        const Measurement measurement =
            measure(deployment, board, optimize, made_up_inputs(graph, 2), 2, folder.path());
        EXPECT_TRUE(measurement.bits_equal) << caller.inputs << caller.outputs;
        EXPECT_EQ(measurement.firmware.warnings, "");
        EXPECT_LT(deployment.executable->plan.arena_bytes, in_arena);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, CallerMemoryOnBoard, ::testing::Values("m0", "m4", "avr"));

}  // namespace
}  // namespace thimble
