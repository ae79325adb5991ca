#include "plan/order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "base/random.h"
#include "ir/verify.h"

namespace thimble {
namespace {

/// A graph whose nodes read one or two tensors made before.
Graph random_graph(Random& random, int nodes) {
  Graph graph;
  const auto add = [&] {
    Tensor tensor;
    tensor.type = Type::kInt8;
    tensor.shape = {static_cast<int>(1 + random.below(100))};
    return graph.add(std::move(tensor));
  };
  graph.inputs = {add()};
  for (int n = 0; n < nodes; ++n) {
    Node node;
    const auto made = static_cast<std::uint32_t>(graph.tensors.size());
    node.inputs = {static_cast<TensorId>(random.below(made))};
    if (random.below(2) == 0) node.inputs.push_back(static_cast<TensorId>(random.below(made)));
    node.outputs = {add()};
    graph.nodes.push_back(std::move(node));
  }
  graph.outputs = {static_cast<TensorId>(graph.tensors.size()) - 1};
  return graph;
}

bool is_order(const Graph& graph) {
  std::vector<bool> made(graph.tensors.size());
  made[0] = true;
  for (const Node& node : graph.nodes) {
    for (const TensorId id : node.inputs) {
      if (!made[static_cast<std::size_t>(id)]) return false;
    }
    made[static_cast<std::size_t>(node.outputs[0])] = true;
  }
  return true;
}

/// Of all orders there are.
std::size_t lowest_peak(const Graph& graph) {
  std::vector<std::size_t> order(graph.nodes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::size_t lowest = peak_bytes(graph);
  do {
    Graph other = graph;
    for (std::size_t i = 0; i < order.size(); ++i) other.nodes[i] = graph.nodes[order[i]];
    if (is_order(other)) lowest = std::min(lowest, peak_bytes(other));
  } while (std::ranges::next_permutation(order).found);
  return lowest;
}

TEST(Order, HasTheLowestPeakOfAll) {
  Random random(3);
  int better = 0;
  for (int round = 0; round < 60; ++round) {
    const Graph before = random_graph(random, 6);
    Graph after = before;
    if (order_for_memory(after)) ++better;
    verify(after, "order_for_memory");
    EXPECT_EQ(peak_bytes(after), lowest_peak(before)) << "round " << round;
  }
  EXPECT_GT(better, 10);
}

TEST(Order, StaysWhenItIsTheBest) {
  Random random(4);
  Graph graph = random_graph(random, 7);
  order_for_memory(graph);
  EXPECT_FALSE(order_for_memory(graph));
}

TEST(Order, OfManyBranchesGivesUpInTime) {
  Graph graph;
  Tensor tensor;
  tensor.type = Type::kInt8;
  tensor.shape = {10};
  graph.inputs = {graph.add(tensor)};
  for (int branch = 0; branch < 200; ++branch) {
    graph.nodes.push_back({"RELU", "", {0}, {graph.add(tensor)}, {}});
    graph.outputs.push_back(static_cast<TensorId>(graph.tensors.size()) - 1);
  }
  EXPECT_FALSE(order_for_memory(graph));
}

}  // namespace
}  // namespace thimble
