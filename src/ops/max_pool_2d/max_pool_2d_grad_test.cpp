#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

GradientCase pool(const Shape& input, int filter, int stride, const char* padding, const char* fused = "NONE") {
  return {.op = "MAX_POOL_2D",
          .inputs = {activation({1, input[0], input[1], input[2]})},
          .attributes = {{"padding", std::string(padding)},
                         {"stride_h", std::int64_t{stride}},
                         {"stride_w", std::int64_t{stride}},
                         {"filter_h", std::int64_t{filter}},
                         {"filter_w", std::int64_t{filter}},
                         {"activation", std::string(fused)}},
          .epsilon = 1e-4f};
}

TEST(MaxPool2DGrad, Halves) { check_gradient(pool({6, 8, 8}, 2, 2, "VALID")); }
TEST(MaxPool2DGrad, LeavesTheLastRowOut) { check_gradient(pool({7, 5, 3}, 2, 2, "VALID")); }
TEST(MaxPool2DGrad, Overlaps) { check_gradient(pool({7, 6, 5}, 3, 2, "VALID")); }
TEST(MaxPool2DGrad, OverlapsWithPadding) { check_gradient(pool({7, 6, 19}, 3, 2, "SAME")); }
TEST(MaxPool2DGrad, StrideOneSame) { check_gradient(pool({4, 5, 1}, 3, 1, "SAME")); }
TEST(MaxPool2DGrad, StrideBeyondTheFilter) { check_gradient(pool({8, 8, 4}, 2, 3, "VALID")); }
TEST(MaxPool2DGrad, Relu) { check_gradient(pool({6, 6, 6}, 2, 2, "VALID", "RELU")); }

TEST(MaxPool2DGrad, FirstOfEqualsTakesTheGradient) {
  Graph graph;
  Tensor image;
  image.shape = {1, 2, 2, 1};
  const TensorId input = graph.add(image);
  append(graph, {"MAX_POOL_2D", "pool", {input}, {}, pool({2, 2, 1}, 2, 2, "VALID").attributes}, "y");
  const TrainCall call = find_op("MAX_POOL_2D")->train->compile(NodeView(graph, graph.nodes[0]), 1);
  const std::vector<float> x = {1, 3, 3, 2};
  std::vector<float> y(1), dy = {5}, dx(4, -1), workspace(call.workspace);
  TrainBuffers buffers{.batch = 1, .inputs = {x.data()}, .output = y.data(), .output_gradient = dy.data()};
  buffers.input_gradients = {dx.data()};
  buffers.workspace = workspace.data();
  call.forward(buffers);
  call.backward(buffers);
  EXPECT_EQ(y[0], 3);
  EXPECT_EQ(dx, (std::vector<float>{0, 5, 0, 0}));
}

}  // namespace
}  // namespace thimble::testing
