#include "base/random.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace thimble {
namespace {

TEST(Random, GivesTheBitsOfThePublishedGenerators) {
  std::uint64_t state = 0;
  EXPECT_EQ(splitmix64(state), 0xe220a8397b1dcdafU);
  EXPECT_EQ(splitmix64(state), 0x6e789e6aa1b965f4U);
  Random random(std::array<std::uint64_t, 4>{1, 2, 3, 4});
  for (const std::uint64_t expected : {11520ULL, 0ULL, 1509978240ULL, 1215971899390074240ULL}) {
    EXPECT_EQ(random.next(), expected);
  }
}

TEST(Random, SeedsAndStreamsDiffer) {
  EXPECT_EQ(Random(1).next(), Random(1).next());
  EXPECT_NE(Random(1).next(), Random(2).next());
  EXPECT_NE(Random(1, 0).next(), Random(1, 1).next());
  EXPECT_NE(Random(1, 0).next(), Random(0, 1).next());
}

TEST(Random, BelowIsFair) {
  Random random(7);
  std::vector<int> counts(10);
  for (int i = 0; i < 100'000; ++i) ++counts[random.below(10)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);  // five standard deviations
  EXPECT_EQ(random.below(1), 0U);
  // Two thirds of all words: a plain product would give 0 twice as often as 1.
  const std::uint32_t bound = 0xaaaaaaaa;
  int low = 0;
  for (int i = 0; i < 30'000; ++i) low += random.below(bound) < bound / 2 ? 1 : 0;
  EXPECT_NEAR(low, 15'000, 500);
}

TEST(Random, UniformFillsItsRange) {
  Random random(7);
  double sum = 0;
  float low = 1;
  float high = 0;
  for (int i = 0; i < 100'000; ++i) {
    const float value = random.uniform();
    sum += value;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  EXPECT_GE(low, 0);
  EXPECT_LT(high, 1);
  EXPECT_LT(low, 1e-3);
  EXPECT_GT(high, 0.999);
  EXPECT_NEAR(sum / 100'000, 0.5, 0.005);
  const float value = random.uniform(-3, -2);
  EXPECT_TRUE(value >= -3 && value <= -2);
}

TEST(Random, ShuffleGivesEveryOrder) {
  Random random(7);
  std::vector<int> counts(6);
  for (int i = 0; i < 60'000; ++i) {
    std::vector<int> items{0, 1, 2};
    random.shuffle(std::span<int>(items));
    ++counts.at(2 * static_cast<std::size_t>(items[0]) + (items[1] > items[2] ? 1 : 0));
  }
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 500);
}

TEST(Random, GlorotLimitIsKeras) {
  EXPECT_FLOAT_EQ(glorot_limit(784, 16), 0.08660254F);
  EXPECT_FLOAT_EQ(glorot_limit(9, 72), 0.27216553F);  // 3x3 kernel, 1 channel to 8
}

}  // namespace
}  // namespace thimble
