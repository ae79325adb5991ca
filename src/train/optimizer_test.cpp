#include "train/optimizer.h"

#include <gtest/gtest.h>

#include <cmath>

namespace thimble {
namespace {

constexpr std::size_t kCount = 48;

float gradient_at(int step, std::size_t i) { return std::sin(static_cast<float>(step * 7) + static_cast<float>(i)); }

/// Runs `steps` steps with the gradient in two parts, updated in two ranges; returns the parameters, all 1 at first.
std::vector<float> run(const OptimizerState& state, int steps) {
  const auto optimizer = make_optimizer(state, kCount);
  std::vector<float> parameters(kCount, 1.0f), a(kCount), b(kCount);
  for (int step = 1; step <= steps; ++step) {
    for (std::size_t i = 0; i < kCount; ++i) {
      a[i] = 0.25f * gradient_at(step, i);
      b[i] = 0.75f * gradient_at(step, i);
    }
    const float* parts[] = {a.data(), b.data()};
    optimizer->begin_step(step, state.config.real("learning_rate"));
    optimizer->update(32, 16, parts, parameters.data());
    optimizer->update(0, 32, parts, parameters.data());
  }
  return parameters;
}

TEST(Optimizer, AdamFollowsKerass) {
  const OptimizerState state = {
      "Adam", {{"learning_rate", 0.02}, {"beta_1", 0.8}, {"beta_2", 0.95}, {"epsilon", 1e-2}}, {}, 0, {}, {}};
  const std::vector<float> actual = run(state, 5);
  for (std::size_t i = 0; i < kCount; ++i) {
    double m = 0, v = 0, w = 1;
    for (int step = 1; step <= 5; ++step) {
      const double g = gradient_at(step, i);
      m = 0.8 * m + 0.2 * g;
      v = 0.95 * v + 0.05 * g * g;
      w -= 0.02 * std::sqrt(1 - std::pow(0.95, step)) / (1 - std::pow(0.8, step)) * m / (std::sqrt(v) + 1e-2);
    }
    EXPECT_NEAR(actual[i], w, 1e-6);
  }
}

OptimizerState sgd(double momentum, bool nesterov) {
  return {"SGD", {{"learning_rate", 0.1}, {"momentum", momentum}, {"nesterov", nesterov}}, {}, 0, {}, {}};
}

TEST(Optimizer, SgdFollowsTheGradient) {
  const std::vector<float> actual = run(sgd(0.0, false), 3);
  for (std::size_t i = 0; i < kCount; ++i) {
    EXPECT_NEAR(actual[i], 1 - 0.1 * (gradient_at(1, i) + gradient_at(2, i) + gradient_at(3, i)), 1e-6);
  }
}

TEST(Optimizer, SgdWithMomentumFollowsKerass) {
  for (const bool nesterov : {false, true}) {
    const std::vector<float> actual = run(sgd(0.9, nesterov), 4);
    for (std::size_t i = 0; i < kCount; ++i) {
      double m = 0, w = 1;
      for (int step = 1; step <= 4; ++step) {
        const double g = gradient_at(step, i);
        m = 0.9 * m - 0.1 * g;
        w += nesterov ? 0.9 * m - 0.1 * g : m;
      }
      EXPECT_NEAR(actual[i], w, 1e-6) << "nesterov " << nesterov;
    }
  }
}

}  // namespace
}  // namespace thimble
