#include "quant/weight_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace thimble {
namespace {

using Floats = std::vector<float>;
using Integers = std::vector<std::int8_t>;

Floats seen(const WeightPlan& plan, const Floats& values) {
  Floats result(values.size());
  plan.see(values, result);
  return result;
}

TEST(ChooseWeights, EachChannelHasTheScaleOfItsGreatest) {
  const Floats values = {0.5F, -2.0F, 0.26F, 0.0F};
  const Quantization rows = choose_weights(values, {2, 2}, 0, WeightForm::kInt8);
  EXPECT_EQ(rows.scales, (Floats{static_cast<float>(2.0 / 127), static_cast<float>(double{0.26F} / 127)}));
  EXPECT_EQ(to_integers(values, {2, 2}, rows, 127), (Integers{32, -127, 127, 0}));
  const Quantization columns = choose_weights(values, {2, 2}, 1, WeightForm::kInt4);
  EXPECT_EQ(columns.scales, (Floats{static_cast<float>(0.5 / 7), static_cast<float>(2.0 / 7)}));
  EXPECT_EQ(to_integers(values, {2, 2}, columns, 7), (Integers{7, -7, 4, 0}));
}

TEST(ChooseWeights, TernaryKeepsTheSignOfWhatIsGreat) {
  const Floats values = {1.0F, -0.8F, 0.1F, -0.2F};  // the mean magnitude is 0.525
  const Quantization q = choose_weights(values, {1, 4}, 0, WeightForm::kTernary);
  EXPECT_FLOAT_EQ(q.scales[0], 0.9F);
  EXPECT_EQ(to_integers(values, {1, 4}, q, 1), (Integers{1, -1, 0, 0}));
}

TEST(ChooseWeights, TheBiasFits) {
  const Floats bias = {3e6F, 0.0F, 0.0F};
  const Quantization q = choose_weights(Floats{1e-3F, 0.0F, 1.0F}, {3, 1}, 0, WeightForm::kInt8, {bias, 0.01F});
  EXPECT_LE(3e6 / (0.01 * double{q.scales[0]}), 1.001 * (1 << 30));
  EXPECT_EQ(q.scales[1], 1.0F);
  EXPECT_EQ(q.scales[2], static_cast<float>(1.0 / 127));
}

TEST(WeightPlan, SeesWhatTheIntegersStandFor) {
  const Floats values = {0.5F, -2.0F, 0.25F, 0.011F};
  const WeightPlan plan(values, {2, 2}, 0, {});
  const float first = static_cast<float>(2.0 / 127), second = static_cast<float>(0.25 / 127);
  EXPECT_EQ(seen(plan, values), (Floats{32 * first, -127 * first, 127 * second, 6 * second}));
  // What is seen comes to the same integers again.
  const Quantization q = plan.quantization(values);
  EXPECT_EQ(to_integers(seen(plan, values), {2, 2}, q, 127), plan.integers(values, q));
}

TEST(WeightPlan, PrunesTheSmallest) {
  const Floats values = {0.5F, -0.1F, 0.3F, -0.4F, 0.1F, 0.9F};
  const WeightPlan plan(values, {2, 3}, 0, {.sparsity = 0.5F});
  const Floats result = seen(plan, values);
  EXPECT_EQ(result[1], 0.0F);  // of equals the first go first
  EXPECT_EQ(result[2], 0.0F);
  EXPECT_EQ(result[4], 0.0F);
  EXPECT_EQ(std::ranges::count(result, 0.0F), 3);
  // They stay away, however they are trained on.
  EXPECT_EQ(seen(plan, {0.5F, 3.0F, 0.3F, -0.4F, 0.1F, 0.9F})[1], 0.0F);
}

TEST(WeightPlan, PrunesWholeChannelsWithTheirBias) {
  const Floats values = {0.5F, 0.6F, -0.1F, 0.2F, 0.3F, 0.2F};
  const WeightPlan plan(values, {3, 2}, 0, {.sparsity = 0.34F, .structured = true});
  const Floats result = seen(plan, values);
  EXPECT_EQ(std::ranges::count(result, 0.0F), 2);
  EXPECT_EQ(result[2], 0.0F);
  EXPECT_EQ(result[3], 0.0F);
  Floats bias(3);
  plan.see_bias(Floats{1, 2, 3}, bias);
  EXPECT_EQ(bias, (Floats{1, 0, 3}));
  EXPECT_EQ(
      std::ranges::count(seen(WeightPlan(values, {3, 2}, 0, {.sparsity = 0.9F, .structured = true}), values), 0.0F),
      4);  // one channel stays
}

TEST(WeightPlan, ClustersAreTheNearestOfFewIntegers) {
  // In steps of 1 / 127 of each row's greatest: 127, 126, -64, -62; 127, 60, -63, 1.
  const Floats values = {1.27F, 1.26F, -0.64F, -0.62F, 12.7F, 6.0F, -6.3F, 0.1F};
  const WeightPlan plan(values, {2, 4}, 0, {.clusters = 4});
  const Integers steps = plan.integers(values, plan.quantization(values));
  EXPECT_EQ(steps, (Integers{127, 127, -63, -63, 127, 60, -63, 1}));
  const WeightPlan pruned(values, {2, 4}, 0, {.sparsity = 0.25F, .clusters = 3});
  const Integers left = pruned.integers(values, pruned.quantization(values));
  const std::set<std::int8_t> levels(left.begin(), left.end());
  EXPECT_LE(levels.size(), 3u);
  EXPECT_TRUE(levels.contains(0));
}

TEST(WeightPlan, SparsityGrowsToItsGoalHalfWay) {
  const Compression compression{.epochs = 8, .sparsity = 0.8F};
  EXPECT_FLOAT_EQ(sparsity_in(compression, 0), 0.8F * (1 - 0.75F * 0.75F * 0.75F));
  EXPECT_FLOAT_EQ(sparsity_in(compression, 1), 0.8F * 0.875F);
  EXPECT_EQ(sparsity_in(compression, 3), 0.8F);
  EXPECT_EQ(sparsity_in(compression, 7), 0.8F);
  EXPECT_EQ(sparsity_in({.epochs = 1, .sparsity = 0.5F}, 0), 0.5F);
}

}  // namespace
}  // namespace thimble
