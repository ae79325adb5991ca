#include "run/evaluate.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"

namespace thimble {
namespace {

/// A model that gives back its input of three numbers: what the data set holds are the scores.
std::shared_ptr<const Executable> mirror(Type type = Type::kFloat32, const Quantization& quantization = {}) {
  Graph graph;
  graph.inputs = {graph.add({.name = "scores", .type = type, .shape = {1, 1, 3}, .quantization = quantization})};
  const Attributes attributes = {{"new_shape", std::vector<std::int64_t>{1, 3}}};
  graph.outputs = {graph.add({.name = "out", .type = type, .shape = {1, 3}, .quantization = quantization})};
  graph.nodes = {{"RESHAPE", "mirror", graph.inputs, graph.outputs, attributes}};
  return prepare(graph);
}

Dataset floats(std::vector<float> values, std::vector<std::int32_t> labels) {
  Dataset data;
  data.sample_shape = {3};
  data.floats = std::move(values);
  data.labels = std::move(labels);
  data.classes = 3;
  return data;
}

TEST(Evaluate, Logits) {
  const Dataset data = floats({1, 2, 3, /**/ 5, 5, 0, /**/ 0, 0, 1000}, {2, 1, 0});
  const Evaluation result = evaluate(mirror(), data);
  const double first = std::log(std::exp(-2) + std::exp(-1) + 1);
  const double second = std::log(2 + std::exp(-5));
  EXPECT_NEAR(result.loss, (first + second + 1000) / 3, 1e-12);
  EXPECT_DOUBLE_EQ(result.accuracy, 1.0 / 3);
  EXPECT_EQ(result.samples, 3U);
  EXPECT_GT(result.seconds, 0.0);
  const std::vector<std::vector<std::int64_t>> confusion = {{0, 0, 1}, {1, 0, 0}, {0, 0, 1}};
  EXPECT_EQ(result.confusion, confusion);
  ASSERT_EQ(result.misclassified.size(), 2U);
  EXPECT_EQ(result.misclassified[0].index, 1U);  // of equal scores the first counts
  EXPECT_EQ(result.misclassified[0].label, 1);
  EXPECT_EQ(result.misclassified[0].predicted, 0);
  EXPECT_NEAR(result.misclassified[0].score, 1 / (2 + std::exp(-5)), 1e-12);
  EXPECT_EQ(result.misclassified[1].index, 2U);
}

TEST(Evaluate, ProbabilitiesAreNotPutThroughSoftmaxAgain) {
  const Dataset data = floats({0.25F, 0.5F, 0.25F, /**/ 1, 0, 0}, {1, 2});
  const Evaluation result = evaluate(mirror(), data);
  EXPECT_NEAR(result.loss, (std::log(2.0) - std::log(1e-7)) / 2, 1e-6);
  EXPECT_DOUBLE_EQ(result.accuracy, 0.5);
  EXPECT_NEAR(result.misclassified.at(0).score, 1.0, 1e-6);
}

TEST(Evaluate, OneRowThatIsNoDistributionMakesThemLogits) {
  const Dataset data = floats({0.25F, 0.5F, 0.25F, /**/ 1, 0, 0.5F}, {1, 0});
  const double first = std::log(1 + 2 * std::exp(-0.25));
  const double second = std::log(1 + std::exp(-1) + std::exp(-0.5));
  EXPECT_NEAR(evaluate(mirror(), data).loss, (first + second) / 2, 1e-12);
}

TEST(Evaluate, Int8ModelGetsQuantizedInputsAndItsOutputsAreDequantized) {
  Dataset data;
  data.sample_shape = {1, 3, 1};
  data.bytes = {0, 255, 51};  // 0, 1 and 0.2
  data.labels = {2};
  const auto model = mirror(Type::kInt8, {.scales = {0.1F}, .zero_points = {-10}});
  const double loss = std::log(std::exp(-0.2) + std::exp(0.8) + 1);
  EXPECT_NEAR(evaluate(model, data).loss, loss, 1e-6);
}

TEST(Evaluate, RoundedProbabilitiesOfAnIntegerSoftmax) {
  Dataset data;
  data.sample_shape = {3};
  data.floats = {0.333F, 0.333F, 0.333F};  // stored as 85 / 256 each: their sum is 0.996
  data.labels = {0};
  const auto model = mirror(Type::kInt8, {.scales = {1 / 256.0F}, .zero_points = {-128}});
  EXPECT_NEAR(evaluate(model, data).loss, std::log(3.0), 1e-12);
}

TEST(Evaluate, SameFiguresForAnyNumberOfThreads) {
  std::vector<float> values;
  std::vector<std::int32_t> labels;
  for (int i = 0; i < 1000; ++i) {
    for (int j = 0; j < 3; ++j) values.push_back(std::sin(static_cast<float>(7 * i + 3 * j)));
    labels.push_back(i % 3);
  }
  const Dataset data = floats(values, labels);
  const Evaluation one = evaluate(mirror(), data, 1);
  const Evaluation many = evaluate(mirror(), data, 7);
  EXPECT_EQ(one.threads, 1);
  EXPECT_EQ(many.threads, 7);
  EXPECT_EQ(one.loss, many.loss);
  EXPECT_EQ(one.accuracy, many.accuracy);
  EXPECT_EQ(one.confusion, many.confusion);
  EXPECT_EQ(one.misclassified.size(), many.misclassified.size());
}

TEST(Evaluate, RefusesDataThatDoesNotFit) {
  EXPECT_THROW(evaluate(mirror(), floats({1, 2, 3}, {3})), InputError);
  EXPECT_THROW(evaluate(mirror(), floats({}, {})), InputError);
  Dataset wide = floats({1, 2, 3, 4}, {0});
  wide.sample_shape = {4};
  EXPECT_THROW(evaluate(mirror(), wide), InputError);
}

}  // namespace
}  // namespace thimble
