#include "report/layered_layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>

namespace thimble {
namespace {

LayoutBox box(std::vector<int> inputs) { return {100, 40, std::move(inputs)}; }

/// 0 -> 1 -> 2 -> 3, and 0 -> 3 past two layers.
std::vector<LayoutBox> residual() { return {box({}), box({0}), box({1}), box({2, 0})}; }

TEST(LayeredLayout, EveryEdgeLeadsDown) {
  const Layout layout = layered_layout(residual());
  ASSERT_EQ(layout.edges.size(), 4U);
  for (const LayoutEdge& edge : layout.edges) {
    EXPECT_LT(layout.boxes[static_cast<std::size_t>(edge.from)].y + 40,
              layout.boxes[static_cast<std::size_t>(edge.to)].y);
    for (std::size_t i = 1; i < edge.points.size(); ++i) EXPECT_LE(edge.points[i - 1].y, edge.points[i].y);
  }
}

TEST(LayeredLayout, ALongEdgePassesBesideTheBoxes) {
  const Layout layout = layered_layout(residual());
  const LayoutEdge* edge = nullptr;
  for (const LayoutEdge& one : layout.edges) edge = one.from == 0 && one.to == 3 ? &one : edge;
  ASSERT_NE(edge, nullptr);
  ASSERT_EQ(edge->points.size(), 6U);  // two layers, in and out of each
  for (std::size_t layer = 1; layer <= 2; ++layer) {
    EXPECT_GT(std::abs(edge->points[2 * layer].x - layout.boxes[layer].x), 50) << "through box " << layer;
  }
}

TEST(LayeredLayout, BoxesOfALayerStandApartAndInside) {
  std::vector<LayoutBox> boxes = {box({})};
  for (int i = 0; i < 5; ++i) boxes.push_back(box({0}));
  boxes.push_back(box({5, 4, 3, 2, 1}));
  const Layout layout = layered_layout(boxes);
  std::vector<double> x;
  for (std::size_t i = 1; i <= 5; ++i) x.push_back(layout.boxes[i].x);
  std::sort(x.begin(), x.end());
  for (std::size_t i = 1; i < x.size(); ++i) EXPECT_GE(x[i] - x[i - 1], 110);
  EXPECT_LE(x.back(), layout.width - 50);
  EXPECT_NEAR(layout.boxes[0].x, layout.width / 2, 1);
  EXPECT_NEAR(x.front(), 50, 1e-9) << "room is left at the side";
}

TEST(LayeredLayout, CrossingsThatNeedNotBeAreTakenOut) {
  // Two chains that start in one order and would end in the other.
  const Layout layout = layered_layout({box({}), box({}), box({1}), box({0}), box({3}), box({2})});
  const auto x = [&](std::size_t i) { return layout.boxes[i].x; };
  EXPECT_EQ(x(0) < x(1), x(3) < x(2));
  EXPECT_EQ(x(3) < x(2), x(4) < x(5));
}

TEST(LayeredLayout, AChainIsStraight) {
  const Layout layout = layered_layout({box({}), box({0}), box({1}), box({2})});
  for (const Point& top : layout.boxes) EXPECT_DOUBLE_EQ(top.x, layout.boxes[0].x);
}

TEST(LayeredLayout, ALargeGraphTakesNoTime) {
  std::vector<LayoutBox> boxes = {box({}), box({0})};
  for (int i = 2; i < 3000; ++i) boxes.push_back(box({i - 1, i / 2, 0}));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_GT(layered_layout(boxes).height, 0);
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 10.0);
}

TEST(LayeredLayout, NothingIsEmpty) { EXPECT_EQ(layered_layout({}).height, 0); }

}  // namespace
}  // namespace thimble
