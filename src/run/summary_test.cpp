#include "run/summary.h"

#include <gtest/gtest.h>

namespace thimble {
namespace {

TensorId weight(Graph& graph, const std::string& name, Shape shape, float value) {
  const std::vector<float> values(static_cast<std::size_t>(element_count(shape)), value);
  return graph.add({.name = name, .shape = std::move(shape), .data = make_data(values)});
}

/// 4 -> 8 -> 2, the second layer without a bias.
Graph two_layers() {
  const Attributes attributes = {{"activation", std::string("NONE")}, {"keep_num_dims", false}};
  Graph graph;
  const TensorId input = graph.add({.name = "in", .shape = {1, 4}});
  const TensorId hidden_weights = weight(graph, "w0", {8, 4}, 1.0F);
  const TensorId bias = weight(graph, "b0", {8}, 2.0F);
  const TensorId hidden = graph.add({.name = "hidden", .shape = {1, 8}});
  const TensorId weights = weight(graph, "w1", {2, 8}, 3.0F);
  const TensorId output = graph.add({.name = "out", .shape = {1, 2}});
  graph.inputs = {input};
  graph.outputs = {output};
  graph.nodes = {{"FULLY_CONNECTED", "first", {input, hidden_weights, bias}, {hidden}, attributes},
                 {"FULLY_CONNECTED", "", {hidden, weights}, {output}, attributes}};
  return graph;
}

TEST(Summary, CountsParametersMacsAndMemory) {
  const ModelSummary summary = summarize(*prepare(two_layers()));
  ASSERT_EQ(summary.layers.size(), 2U);
  EXPECT_EQ(summary.layers[0].name, "first");
  EXPECT_EQ(summary.layers[1].name, "out");
  EXPECT_EQ(summary.layers[0].shape, (Shape{1, 8}));
  EXPECT_EQ(summary.layers[0].parameters, 40);
  EXPECT_EQ(summary.layers[1].parameters, 16);
  EXPECT_EQ(summary.layers[0].macs, 32);
  EXPECT_EQ(summary.layers[1].macs, 16);
  EXPECT_EQ(summary.layers[0].arena_bytes, 48U);  // 4 and 8 floats
  EXPECT_EQ(summary.layers[1].arena_bytes, 40U);  // 8 and 2 floats
  EXPECT_EQ(summary.parameters, 56);
  EXPECT_EQ(summary.macs, 48);
  EXPECT_EQ(summary.weights_bytes, 56U * 4);
  EXPECT_EQ(summary.arena_bytes, 48U);
  EXPECT_EQ(summary.peak_layer, 0);
  EXPECT_EQ(summary.weights_type, Type::kFloat32);
}

TEST(Summary, EqualConstantsAreStoredOnce) {
  Graph graph = two_layers();
  const std::vector<float> ones(8 * 8, 1.0F);
  graph.tensor(0).shape = {1, 8};
  graph.tensor(1).shape = {8, 8};
  graph.tensor(1).data = make_data(ones);
  graph.tensor(4).shape = {8, 8};
  graph.tensor(4).data = make_data(ones);
  graph.tensor(5).shape = {1, 8};
  const ModelSummary summary = summarize(*prepare(graph));
  EXPECT_EQ(summary.parameters, 64 + 8 + 64);
  EXPECT_EQ(summary.weights_bytes, (64U + 8) * 4);
}

TEST(Summary, AConstantThatTwoLayersReadCountsOnce) {
  Graph graph = two_layers();
  graph.tensor(0).shape = {1, 8};
  graph.tensor(1).shape = {8, 8};
  graph.tensor(1).data = make_data(std::vector<float>(64, 1.0F));
  graph.tensor(5).shape = {1, 8};
  graph.nodes[1].inputs[1] = 1;
  const ModelSummary summary = summarize(*prepare(graph));
  EXPECT_EQ(summary.layers[1].parameters, 0);
  EXPECT_EQ(summary.layers[1].macs, 64);
}

}  // namespace
}  // namespace thimble
