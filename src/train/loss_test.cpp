#include "train/loss.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace thimble {
namespace {

constexpr LossFunction::Kind kClasses = LossFunction::Kind::kCategoricalCrossentropy;

TEST(Loss, CrossEntropyOfLogits) {
  const std::vector<float> logits = {1, 2, 4, -1, 0, 0};
  const std::vector<std::int32_t> labels = {2, 0};
  std::vector<float> gradient(6);
  const LossSums sums =
      compute_loss({.kind = kClasses}, {2, 3, logits.data(), labels, nullptr, nullptr, 0.5f, gradient.data()});
  const double first = std::exp(1.0) + std::exp(2.0) + std::exp(4.0);
  const double second = std::exp(-1.0) + 2;
  EXPECT_NEAR(sums.loss, std::log(first) - 4 + std::log(second) + 1, 1e-6);
  EXPECT_EQ(sums.correct, 1);
  EXPECT_NEAR(gradient[1], 0.5 * std::exp(2.0) / first, 1e-6);
  EXPECT_NEAR(gradient[2], 0.5 * (std::exp(4.0) / first - 1), 1e-6);
  EXPECT_NEAR(gradient[3], 0.5 * (std::exp(-1.0) / second - 1), 1e-6);
}

TEST(Loss, WeightsMultiplyLossAndGradient) {
  const std::vector<float> logits = {1, 2, 4, -1, 0, 0}, weights = {3, 0};
  const std::vector<std::int32_t> labels = {2, 0};
  std::vector<float> plain(6), weighted(6);
  LossBatch batch = {1, 3, logits.data(), std::span(labels).first(1), nullptr, nullptr, 1, plain.data()};
  const double once = compute_loss({.kind = kClasses}, batch).loss;
  batch = {2, 3, logits.data(), labels, nullptr, weights.data(), 1, weighted.data()};
  EXPECT_NEAR(compute_loss({.kind = kClasses}, batch).loss, 3 * once, 1e-6);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_NEAR(weighted[i], 3 * plain[i], 1e-6);
    EXPECT_EQ(weighted[3 + i], 0);
  }
}

TEST(Loss, CrossEntropyOfLargeLogits) {
  const std::vector<float> logits = {1000, 900};
  const std::vector<std::int32_t> labels = {1};
  std::vector<float> gradient(2);
  const LossBatch batch = {1, 2, logits.data(), labels, nullptr, nullptr, 1, gradient.data()};
  EXPECT_NEAR(compute_loss({.kind = kClasses}, batch).loss, 100, 1e-4);
  EXPECT_FLOAT_EQ(gradient[0], 1);
  EXPECT_FLOAT_EQ(gradient[1], -1);
}

TEST(Loss, CrossEntropyOfNan) {
  const std::vector<float> logits = {0, std::nanf("")};
  const std::vector<std::int32_t> labels = {0};
  const LossBatch batch = {1, 2, logits.data(), labels, nullptr, nullptr, 1, nullptr};
  EXPECT_TRUE(std::isnan(compute_loss({.kind = kClasses}, batch).loss));
}

TEST(Loss, BinaryCrossEntropyOfLargeLogits) {
  const std::vector<float> logits = {200, -200}, targets = {0, 0};
  std::vector<float> gradient(2);
  const LossBatch batch = {2, 1, logits.data(), {}, targets.data(), nullptr, 1, gradient.data()};
  const LossSums sums = compute_loss({.kind = LossFunction::Kind::kBinaryCrossentropy}, batch);
  EXPECT_NEAR(sums.loss, 200, 1e-4);
  EXPECT_EQ(sums.correct, 1);
  EXPECT_FLOAT_EQ(gradient[0], 1);
  EXPECT_FLOAT_EQ(gradient[1], 0);
}

TEST(Loss, MeanSquaredError) {
  const std::vector<float> outputs = {1, 2, 3, 4}, targets = {0, 2, 5, 1};
  std::vector<float> gradient(4);
  const LossBatch batch = {2, 2, outputs.data(), {}, targets.data(), nullptr, 0.5f, gradient.data()};
  EXPECT_NEAR(compute_loss({.kind = LossFunction::Kind::kMeanSquaredError}, batch).loss, 0.5 + 6.5, 1e-6);
  EXPECT_EQ(gradient, (std::vector<float>{0.5f, 0, -1, 1.5f}));
}

}  // namespace
}  // namespace thimble
