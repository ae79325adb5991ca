#include "io/initializers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace thimble {
namespace {

std::vector<float> values(const std::string& initializer, Shape shape = {100, 200}) {
  Random random(7);
  return initial_values(
      {.name = "kernel", .shape = std::move(shape), .initializer = initializer, .fan_in = 100, .fan_out = 200}, random);
}

double deviation(const std::vector<float>& numbers) {
  double squares = 0.0;
  for (const float number : numbers) squares += double{number} * double{number};
  return std::sqrt(squares / static_cast<double>(numbers.size()));
}

/// Keras's formulas, for fans of 100 and 200.
TEST(Initializers, HaveKerasDeviations) {
  for (const char* shape : {"_uniform", "_normal"}) {
    EXPECT_NEAR(deviation(values(std::string("glorot") + shape)), std::sqrt(2.0 / 300), 1.5e-3) << shape;
    EXPECT_NEAR(deviation(values(std::string("he") + shape)), std::sqrt(2.0 / 100), 2.5e-3) << shape;
    EXPECT_NEAR(deviation(values(std::string("lecun") + shape)), std::sqrt(1.0 / 100), 1.5e-3) << shape;
  }
  EXPECT_NEAR(deviation(values("random_uniform")), 0.05 / std::sqrt(3.0), 5e-4);
  EXPECT_NEAR(deviation(values("random_normal")), 0.05, 1e-3);
  EXPECT_NEAR(deviation(values("truncated_normal")), 0.05 * 0.8796, 1e-3);
  const std::vector<float> truncated = values("truncated_normal");
  EXPECT_LE(*std::ranges::max_element(truncated), 0.1f);
}

TEST(Initializers, OrthogonalRowsOrColumns) {
  for (const Shape& shape : {Shape{12, 5}, Shape{5, 12}}) {
    const std::vector<float> matrix = values("orthogonal", shape);
    const auto at = [&](int r, int c) { return double{matrix[static_cast<std::size_t>(r * shape[1] + c)]}; };
    const bool wide = shape[1] > shape[0];
    for (int a = 0; a < 5; ++a) {
      for (int b = 0; b < 5; ++b) {
        double dot = 0.0;
        for (int i = 0; i < 12; ++i) dot += wide ? at(a, i) * at(b, i) : at(i, a) * at(i, b);
        EXPECT_NEAR(dot, a == b ? 1.0 : 0.0, 1e-6);
      }
    }
  }
}

TEST(Initializers, AnLstmRemembersAtFirst) {
  EXPECT_EQ(values("unit_forget", {8}), (std::vector<float>{0, 0, 1, 1, 0, 0, 0, 0}));
  EXPECT_EQ(values("zeros", {2}), (std::vector<float>{0, 0}));
  EXPECT_EQ(values("ones", {2}), (std::vector<float>{1, 1}));
}

}  // namespace
}  // namespace thimble
