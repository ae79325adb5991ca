#include "passes/passes.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/error.h"
#include "base/random.h"
#include "ir/verify.h"
#include "ops/graph_builder.h"
#include "passes/passes_testing.h"
#include "passes/pipeline.h"

namespace thimble {
namespace {

TEST(BytesForInt4, KeepsTheBits) {
  GraphBuilder builder;
  const TensorId input = builder.input({1, 3}, Type::kInt8, {{0.05f}, {-7}, 0});
  const TensorId weights =
      builder.constant({2, 3}, Type::kInt4, std::vector<std::int8_t>{-7, 0, 7, 1, 2, -3}, {{0.1f}, {0}, 0});
  const TensorId output = builder.node("FULLY_CONNECTED", {input, weights},
                                       {{"activation", std::string("NONE")}, {"keep_num_dims", false}});
  builder.quantize(output, 0.02f, 3);
  Graph graph = builder.finish({output});
  const Bytes values = {10, 200, 77}, before = compute(graph, values);
  bytes_for_int4(graph);
  verify(graph, "bytes_for_int4");
  EXPECT_EQ(graph.tensor(graph.nodes[0].inputs[1]).type, Type::kInt8);
  EXPECT_EQ(compute(graph, values), before);
}

std::vector<float> random_values(std::size_t count, std::uint64_t seed, float least = -1.0f, float most = 1.0f) {
  Random random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = least + (most - least) * random.uniform();
  return values;
}

std::vector<float> compute(const Graph& graph, const std::vector<float>& input) {
  Bytes bytes(input.size() * sizeof(float));
  std::memcpy(bytes.data(), input.data(), bytes.size());
  bytes = compute(graph, bytes);
  std::vector<float> output(bytes.size() / sizeof(float));
  std::memcpy(output.data(), bytes.data(), bytes.size());
  return output;
}

const Attributes kConv = {{"padding", std::string("SAME")},
                          {"stride_h", std::int64_t{1}},
                          {"stride_w", std::int64_t{1}},
                          {"activation", std::string("NONE")}};

TensorId batch_normalization(GraphBuilder& builder, TensorId input, int channels) {
  const auto count = static_cast<std::size_t>(channels);
  return builder.node(
      "BATCH_NORMALIZATION",
      {input, builder.constant({channels}, random_values(count, 11)),
       builder.constant({channels}, random_values(count, 12)), builder.constant({channels}, random_values(count, 13)),
       builder.constant({channels}, random_values(count, 14, 0.1f, 2.0f))},
      {{"epsilon", 1e-3}, {"momentum", 0.99}});
}

void expect_near(const std::vector<float>& got, const std::vector<float>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-5) << "element " << i;
}

/// Runs `pass`, and expects the same values from fewer nodes.
void expect_same_values(Graph graph, void (*pass)(Graph&), std::size_t nodes, std::size_t input_size) {
  const std::vector<float> input = random_values(input_size, 5);
  const std::vector<float> before = compute(graph, input);
  pass(graph);
  verify(graph, "the pass");
  EXPECT_EQ(graph.nodes.size(), nodes);
  expect_near(compute(graph, input), before);
}

TEST(FoldBatchNormalization, IntoConvolutionWithoutBias) {
  GraphBuilder builder;
  const TensorId input = builder.input({1, 5, 4, 3});
  const TensorId conv = builder.node("CONV_2D", {input, builder.constant({6, 3, 3, 3}, random_values(162, 1))}, kConv);
  expect_same_values(builder.finish({batch_normalization(builder, conv, 6)}), fold_batch_normalization, 1, 60);
}

TEST(FoldBatchNormalization, IntoDepthwiseConvolutionWithBias) {
  GraphBuilder builder;
  const TensorId input = builder.input({1, 5, 4, 3});
  Attributes attributes = kConv;
  attributes.set("depth_multiplier", std::int64_t{2});
  const TensorId conv = builder.node(
      "DEPTHWISE_CONV_2D",
      {input, builder.constant({1, 3, 3, 6}, random_values(54, 1)), builder.constant({6}, random_values(6, 2))},
      attributes);
  expect_same_values(builder.finish({batch_normalization(builder, conv, 6)}), fold_batch_normalization, 1, 60);
}

TEST(FoldBatchNormalization, NotWhenSomethingElseReadsTheConvolution) {
  GraphBuilder builder;
  const TensorId input = builder.input({1, 5, 4, 3});
  const TensorId conv = builder.node("CONV_2D", {input, builder.constant({6, 3, 3, 3}, random_values(162, 1))}, kConv);
  const TensorId normalized = batch_normalization(builder, conv, 6);
  const TensorId sum = builder.node("ADD", {conv, normalized}, {{"activation", std::string("NONE")}});
  expect_same_values(builder.finish({sum}), fold_batch_normalization, 3, 60);
}

TEST(FuseActivations, ReluIntoConvolution) {
  GraphBuilder builder;
  const TensorId input = builder.input({1, 5, 4, 3});
  const TensorId conv = builder.node("CONV_2D", {input, builder.constant({6, 3, 3, 3}, random_values(162, 1))}, kConv);
  expect_same_values(builder.finish({builder.node("RELU", {conv})}), fuse_activations, 1, 60);
}

TEST(FuseActivations, NotWhenTheScalesDiffer) {
  GraphBuilder builder;
  const TensorId a = builder.input({4}, Type::kInt8, {{0.1f}, {0}, 0});
  const TensorId sum = builder.node("ADD", {a, a}, {{"activation", std::string("NONE")}});
  builder.quantize(sum, 0.2f, 0);
  const TensorId relu = builder.node("RELU", {sum});
  builder.quantize(relu, 0.1f, -128);
  Graph graph = builder.finish({relu});
  fuse_activations(graph);
  EXPECT_EQ(graph.nodes.size(), 2u);
}

TEST(RemoveIdentities, DropoutAndReshapeToTheSameShape) {
  GraphBuilder builder;
  const TensorId input = builder.input({1, 6});
  const TensorId relu = builder.node("RELU", {input});
  const TensorId dropped = builder.node("DROPOUT", {relu}, {{"rate", 0.5}});
  const TensorId same = builder.node("RESHAPE", {dropped, builder.constant<std::int32_t>({2}, Type::kInt32, {1, 6})});
  const TensorId again = builder.node("RELU6", {same});
  expect_same_values(builder.finish({again}), remove_identities, 2, 6);
}

TEST(RemoveIdentities, LeavesTheLastOfSeveralReshapes) {
  GraphBuilder builder;
  const auto reshape = [&](TensorId input, const std::vector<std::int32_t>& shape) {
    return builder.node("RESHAPE", {input, builder.constant<std::int32_t>({3}, Type::kInt32, shape)});
  };
  const TensorId relu = builder.node("RELU", {builder.input({1, 2, 3})});
  const TensorId there_and_back = reshape(reshape(relu, {1, 3, 2}), {1, 2, 3});
  Graph graph = builder.finish({builder.node("RELU6", {there_and_back})});
  remove_identities(graph);
  remove_dead_code(graph);
  ASSERT_EQ(graph.nodes.size(), 2u);
  EXPECT_EQ(graph.nodes[1].op, "RELU6");
}

TEST(DepthwiseAsConvolution, KeepsEveryBit) {
  GraphBuilder builder;
  const TensorId image = builder.input({1, 4, 3, 1}, Type::kInt8, {{0.5F}, {-3}, 0});
  std::vector<std::int8_t> weights(2 * 2 * 3);
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = static_cast<std::int8_t>(37 * i % 101) - 50;
  const TensorId filter = builder.constant({1, 2, 2, 3}, Type::kInt8, weights, {{0.01F, 0.02F, 0.03F}, {0, 0, 0}, 3});
  const TensorId bias = builder.constant<std::int32_t>({3}, Type::kInt32, {100, -200, 300});
  const TensorId output = builder.node("DEPTHWISE_CONV_2D", {image, filter, bias},
                                       {{"padding", std::string("SAME")},
                                        {"stride_h", std::int64_t{1}},
                                        {"stride_w", std::int64_t{2}},
                                        {"depth_multiplier", std::int64_t{3}},
                                        {"activation", std::string("RELU")}});
  builder.quantize(output, 0.4F, 5);
  const Graph before = builder.finish({output});
  Graph after = before;
  depthwise_as_convolution(after);
  verify(after, "depthwise_as_convolution");
  ASSERT_EQ(after.nodes[0].op, "CONV_2D");
  Bytes input(12);
  for (std::size_t i = 0; i < input.size(); ++i) input[i] = static_cast<std::uint8_t>(91 * i);
  EXPECT_EQ(compute(after, input), compute(before, input));
}

TEST(ExpandLayers, ModelsTakeIndicesAsIntegers) {
  GraphBuilder builder;
  const TensorId input = builder.input({1, 3});
  const TensorId table = builder.constant({4, 2}, random_values(8, 1));
  Graph graph = builder.finish({builder.node("SOFTPLUS", {builder.node("EMBEDDING", {input, table})})});
  simplify(graph);
  EXPECT_EQ(graph.tensor(graph.inputs[0]).type, Type::kInt32);
  EXPECT_EQ(graph.nodes[0].op, "GATHER");
  EXPECT_EQ(graph.nodes[0].inputs[1], graph.inputs[0]);
}

TEST(FoldConstants, ComputesWhatReadsOnlyConstants) {
  GraphBuilder builder;
  const TensorId input = builder.input({1, 3});
  const TensorId constants =
      builder.node("ADD", {builder.constant({1, 3}, {1, 2, 3}), builder.constant({1, 3}, {4, 5, 6})},
                   {{"activation", std::string("NONE")}});
  const TensorId sum = builder.node("ADD", {input, constants}, {{"activation", std::string("NONE")}});
  expect_same_values(builder.finish({sum}), fold_constants, 1, 3);
}

TEST(RemoveDeadCode, DropsWhatNobodyReads) {
  GraphBuilder builder;
  const TensorId input = builder.input({1, 3});
  builder.node("RELU6", {builder.node("RELU", {input})});
  Graph graph = builder.finish({builder.node("RELU", {input})});
  graph.tensors.push_back({});
  remove_dead_code(graph);
  verify(graph, "remove_dead_code");
  EXPECT_EQ(graph.nodes.size(), 1u);
  EXPECT_EQ(graph.tensors.size(), 2u);
}

TEST(OutputClass, IsTheGreatestOfTheValuesBeforeSoftmax) {
  GraphBuilder builder;
  const TensorId input = builder.input({1, 4});
  Graph graph = builder.finish({builder.node("SOFTMAX", {builder.node("RELU", {input})}, {{"beta", 1.0}})});
  output_class(graph);
  verify(graph, "output_class");
  ASSERT_EQ(graph.nodes.size(), 2u);
  EXPECT_EQ(graph.nodes[1].op, "ARG_MAX");
  EXPECT_EQ(graph.tensor(graph.outputs[0]).type, Type::kInt32);
  EXPECT_EQ(graph.tensor(graph.outputs[0]).shape, Shape{1});
}

TEST(OutputClass, NeedsSeveralValues) {
  GraphBuilder builder;
  const TensorId input = builder.input({4, 1});
  Graph graph = builder.finish({builder.node("RELU", {input})});
  EXPECT_THROW(output_class(graph), InputError);
}

TEST(Simplify, LeavesOneNodeOfConvolutionNormalizationDropoutAndRelu) {
  GraphBuilder builder;
  const TensorId input = builder.input({1, 5, 4, 3});
  const TensorId conv = builder.node("CONV_2D", {input, builder.constant({6, 3, 3, 3}, random_values(162, 1))}, kConv);
  const TensorId dropped = builder.node("DROPOUT", {conv}, {{"rate", 0.25}});
  const TensorId normalized = batch_normalization(builder, dropped, 6);
  expect_same_values(builder.finish({builder.node("RELU", {normalized})}), simplify, 1, 60);
}

}  // namespace
}  // namespace thimble
