#include <numeric>

#include "ops/gradient_testing.h"

namespace thimble::testing {
namespace {

TEST(DropoutGrad, FollowsTheMask) {
  check_gradient(
      {.op = "DROPOUT", .inputs = {activation({1, 4, 9})}, .attributes = {{"rate", 0.4}}, .compare_forward = false});
}

struct Dropped {
  std::vector<float> y = std::vector<float>(10000);

  Dropped(bool training, std::uint64_t seed) {
    Graph graph;
    Tensor tensor;
    tensor.shape = {1, 10000};
    const TensorId input = graph.add(tensor);
    append(graph, {"DROPOUT", "dropout", {input}, {}, {{"rate", 0.25}}}, "y");
    const TrainCall call = find_op("DROPOUT")->train->compile(NodeView(graph, graph.nodes[0]), 1);
    const std::vector<float> x(10000, 3.0f);
    TrainBuffers buffers{.batch = 1, .inputs = {x.data()}, .output = y.data()};
    buffers.training = training;
    buffers.seed = seed;
    call.forward(buffers);
  }
};

TEST(DropoutGrad, DropsTheShareAndKeepsTheMean) {
  const Dropped dropped(true, 5);
  const auto zeros = std::count(dropped.y.begin(), dropped.y.end(), 0.0f);
  EXPECT_NEAR(static_cast<double>(zeros), 2500, 4 * std::sqrt(10000 * 0.25 * 0.75));
  for (const float y : dropped.y) EXPECT_TRUE(y == 0.0f || y == 4.0f);
}

TEST(DropoutGrad, DependsOnTheSeed) {
  EXPECT_EQ(Dropped(true, 5).y, Dropped(true, 5).y);
  EXPECT_NE(Dropped(true, 5).y, Dropped(true, 6).y);
}

TEST(DropoutGrad, DependsOnTheSampleAndNotOnWhatElseIsComputedWithIt) {
  Graph graph;
  Tensor tensor;
  tensor.shape = {1, 50};
  const TensorId input = graph.add(tensor);
  append(graph, {"DROPOUT", "dropout", {input}, {}, {{"rate", 0.25}}}, "y");
  const TrainCall call = find_op("DROPOUT")->train->compile(NodeView(graph, graph.nodes[0]), 4);
  const std::vector<float> x(200, 3.0f);
  std::vector<float> together(200), alone(50);
  TrainBuffers buffers{.batch = 4, .inputs = {x.data()}, .output = together.data()};
  call.forward(buffers);
  for (int sample = 0; sample < 4; ++sample) {
    TrainBuffers one{.batch = 1, .inputs = {x.data()}, .output = alone.data()};
    one.first_sample = sample;
    call.forward(one);
    EXPECT_TRUE(std::equal(alone.begin(), alone.end(), together.begin() + 50 * sample));
  }
}

TEST(DropoutGrad, DoesNothingAtInference) { EXPECT_EQ(Dropped(false, 5).y, std::vector<float>(10000, 3.0f)); }

}  // namespace
}  // namespace thimble::testing
