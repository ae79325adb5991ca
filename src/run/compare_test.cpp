#include "run/compare.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "ops/graph_builder.h"

namespace thimble {
namespace {

/// y = relu(x + offset), with the given names of the two layers' outputs.
Graph shifted(float offset, const std::string& sum_name, const std::string& relu_name) {
  GraphBuilder builder;
  const TensorId x = builder.input({1, 4});
  const TensorId sum =
      builder.node("ADD", {x, builder.constant({1, 4}, {offset, 0, 0, 0})}, {{"activation", std::string("NONE")}});
  const TensorId relu = builder.node("RELU", {sum});
  Graph graph = builder.finish({relu});
  graph.tensor(sum).name = sum_name;
  graph.tensor(relu).name = relu_name;
  return graph;
}

Trace trace_floats(const Graph& graph, const std::vector<float>& x) {
  return trace(graph, {ByteSpan(reinterpret_cast<const std::uint8_t*>(x.data()), x.size() * sizeof(float))},
               x.size() / 4);
}

const std::vector<float> kInputs = {-5, 1, 2, 3, 4, 5, 6, 7};

TEST(Compare, TellsWhereAndHowMuchTwoModelsPart) {
  const auto layers =
      compare(trace_floats(shifted(0, "sum", "relu"), kInputs), trace_floats(shifted(0.5f, "sum", "relu"), kInputs));
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].op, "ADD");
  EXPECT_EQ(layers[0].elements, 8u);
  EXPECT_EQ(layers[0].different, 2u);
  EXPECT_DOUBLE_EQ(layers[0].largest, 0.5);
  EXPECT_DOUBLE_EQ(layers[0].mean, 1.0 / 8);
  EXPECT_DOUBLE_EQ(layers[0].range, 12.0);
  EXPECT_EQ(layers[1].different, 1u);  // -5 and -4.5 are both 0 after RELU
}

TEST(Compare, PairsByOrderWhenTheNamesDiffer) {
  const auto layers =
      compare(trace_floats(shifted(0, "sum", "relu"), kInputs), trace_floats(shifted(0, "p", "q"), kInputs));
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[1].name_b, "q");
  EXPECT_EQ(layers[0].different + layers[1].different, 0u);
}

TEST(Compare, RefusesModelsWithNothingInCommon) {
  GraphBuilder builder;
  const TensorId x = builder.input({1, 4});
  const Graph other = builder.finish({builder.node("RELU6", {x})});
  EXPECT_THROW(compare(trace_floats(shifted(0, "sum", "relu"), kInputs), trace_floats(other, kInputs)), InputError);
}

}  // namespace
}  // namespace thimble
