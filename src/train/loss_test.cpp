#include "train/loss.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace thimble {
namespace {

TEST(Loss, CrossEntropyOfLogits) {
  const std::vector<float> logits = {1, 2, 4, -1, 0, 0};
  const std::vector<std::int32_t> labels = {2, 0};
  std::vector<float> gradient(6);
  const LossSums sums = sparse_categorical_crossentropy(labels, 3, logits.data(), 0.5f, gradient.data());
  const double first = std::exp(1.0) + std::exp(2.0) + std::exp(4.0);
  const double second = std::exp(-1.0) + 2;
  EXPECT_NEAR(sums.loss, std::log(first) - 4 + std::log(second) + 1, 1e-6);
  EXPECT_EQ(sums.correct, 1);
  EXPECT_NEAR(gradient[1], 0.5 * std::exp(2.0) / first, 1e-6);
  EXPECT_NEAR(gradient[2], 0.5 * (std::exp(4.0) / first - 1), 1e-6);
  EXPECT_NEAR(gradient[3], 0.5 * (std::exp(-1.0) / second - 1), 1e-6);
}

TEST(Loss, CrossEntropyOfLargeLogits) {
  const std::vector<float> logits = {1000, 900};
  const std::vector<std::int32_t> labels = {1};
  std::vector<float> gradient(2);
  EXPECT_NEAR(sparse_categorical_crossentropy(labels, 2, logits.data(), 1, gradient.data()).loss, 100, 1e-4);
  EXPECT_FLOAT_EQ(gradient[0], 1);
  EXPECT_FLOAT_EQ(gradient[1], -1);
}

TEST(Loss, CrossEntropyOfNan) {
  const std::vector<float> logits = {0, std::nanf("")};
  const std::vector<std::int32_t> labels = {0};
  EXPECT_TRUE(std::isnan(sparse_categorical_crossentropy(labels, 2, logits.data(), 1, nullptr).loss));
}

TEST(Loss, MeanSquaredError) {
  const std::vector<float> outputs = {1, 2, 3, 4}, targets = {0, 2, 5, 1};
  std::vector<float> gradient(4);
  EXPECT_NEAR(mean_squared_error(2, 2, outputs.data(), targets.data(), 0.5f, gradient.data()).loss, 0.5 + 6.5, 1e-6);
  EXPECT_EQ(gradient, (std::vector<float>{0.5f, 0, -1, 1.5f}));
}

}  // namespace
}  // namespace thimble
