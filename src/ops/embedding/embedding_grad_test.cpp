#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

/// The node with three samples of two indices each, one of them twice and one out of range.
struct Embedded {
  std::vector<float> indices = {0, 2, 1, 2, 7, -1};
  std::vector<float> table = {1, 2, 3, 4, 5, 6};  // three rows
  std::vector<float> output = std::vector<float>(12);
  std::vector<float> table_gradient = std::vector<float>(6, 99.0f);

  Embedded() {
    Graph graph;
    Tensor input, rows;
    input.shape = {1, 2};
    rows.shape = {3, 2};
    rows.data = make_data(table);
    Node node{"EMBEDDING", "embedding", {graph.add(input), graph.add(rows)}, {}, {}};
    append(graph, node, "y");
    const TrainCall call = find_op("EMBEDDING")->train->compile(NodeView(graph, graph.nodes[0]), 3);
    std::vector<float> gradient = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    TrainBuffers buffers{.batch = 3, .inputs = {indices.data(), table.data()}, .output = output.data()};
    call.forward(buffers);
    buffers.output_gradient = gradient.data();
    buffers.input_gradients = {nullptr, table_gradient.data()};
    call.backward(buffers);
  }
};

TEST(EmbeddingGrad, TakesRowsAndAddsTheirGradients) {
  const Embedded embedded;
  EXPECT_EQ(embedded.output, (std::vector<float>{1, 2, 5, 6, 3, 4, 5, 6, 5, 6, 1, 2}));
  EXPECT_EQ(embedded.table_gradient, (std::vector<float>{12, 14, 5, 6, 19, 22}));
}

}  // namespace
}  // namespace thimble::testing
