#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

GradientCase normalization(Shape input, int batch) {
  const int channels = input.back();
  return {.op = "BATCH_NORMALIZATION",
          .inputs = {activation(std::move(input)), parameter({channels}), parameter({channels}), state({channels}),
                     state({channels})},
          .attributes = {{"epsilon", 1e-3}, {"momentum", 0.9}},
          .batch = batch,
          .compare_forward = false,
          .epsilon = 4e-3f,
          .tolerance = 4e-3};
}

TEST(BatchNormalizationGrad, Image) { check_gradient(normalization({1, 4, 3, 19}, 3)); }
TEST(BatchNormalizationGrad, Vector) { check_gradient(normalization({1, 5}, 16)); }
TEST(BatchNormalizationGrad, ManyChannels) {
  check_gradient(normalization({1, 2, 2, 64 + 32 + 16 + 13}, 4));
  GradientCase spec = normalization({1, 3, 2, 70}, 3);
  spec.attributes.set("activation", std::string("RELU"));
  check_gradient(spec);
}

/// One call on x = channel 0: 1, 2, 3, 6; channel 1: all 5.
struct Normalized {
  std::vector<float> mean = {10, 20};
  std::vector<float> variance = {4, 9};
  std::vector<float> y = std::vector<float>(8);

  explicit Normalized(bool training) {
    Graph graph;
    Tensor image, vector;
    image.shape = {1, 2, 2};
    vector.shape = {2};
    Node node{"BATCH_NORMALIZATION", "bn", {graph.add(image)}, {}, {{"epsilon", 1e-3}, {"momentum", 0.75}}};
    for (int i = 0; i < 4; ++i) node.inputs.push_back(graph.add(vector));
    append(graph, node, "y");
    const TrainCall call = find_op("BATCH_NORMALIZATION")->train->compile(NodeView(graph, graph.nodes[0]), 2);
    const std::vector<float> x = {1, 5, 2, 5, 3, 5, 6, 5}, gamma = {2, 3}, beta = {0.5f, 7};
    std::vector<double> sums(call.sums);
    TrainBuffers buffers{.batch = 2, .output = y.data()};
    buffers.inputs = {x.data(), gamma.data(), beta.data(), mean.data(), variance.data()};
    buffers.state = {nullptr, nullptr, nullptr, mean.data(), variance.data()};
    buffers.sums = sums.data();
    buffers.forward_sums = sums.data();
    buffers.whole_batch = 2;
    buffers.training = training;
    if (training) {
      call.make_forward_sums(buffers);
      call.use_forward_sums(buffers);
    }
    call.forward(buffers);
  }
};

TEST(BatchNormalizationGrad, MovesTheAveragesInTraining) {
  const Normalized result(true);
  EXPECT_FLOAT_EQ(result.mean[0], 0.75f * 10 + 0.25f * 3);
  EXPECT_FLOAT_EQ(result.variance[0], 0.75f * 4 + 0.25f * 3.5f);  // of the batch itself: divided by 4, not by 3
  EXPECT_FLOAT_EQ(result.variance[1], 0.75f * 9);
  EXPECT_NEAR(result.y[0], (1 - 3) / std::sqrt(3.501) * 2 + 0.5, 1e-6);
  EXPECT_NEAR(result.y[1], 7, 1e-6);
}

TEST(BatchNormalizationGrad, UsesTheAveragesAtInference) {
  const Normalized result(false);
  EXPECT_EQ(result.mean, (std::vector<float>{10, 20}));
  EXPECT_EQ(result.variance, (std::vector<float>{4, 9}));
  EXPECT_NEAR(result.y[0], (1 - 10) / std::sqrt(4.001) * 2 + 0.5, 1e-5);
}

}  // namespace
}  // namespace thimble::testing
