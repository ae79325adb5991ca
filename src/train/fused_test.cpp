// Layers that are computed together must learn what they learn apart.
#include <gtest/gtest.h>

#include <cmath>

#include "ops/simd.h"
#include "train/plan.h"
#include "train/testing.h"
#include "train/train.h"

namespace thimble::testing {
namespace {

struct Case {
  Shape image;  // {1, height, width, channels}
  int filters;
  int units;
  const char* activation = "RELU";
};

Model model_of(const Case& spec) {
  ModelMaker maker(spec.image);
  const TensorId flat = maker.flatten(maker.pool(maker.conv(maker.input(), spec.filters, spec.activation, "VALID")));
  return maker.finish(maker.dense(maker.dense(flat, spec.units, spec.activation), 3));
}

Dataset noise(const Case& spec, std::size_t count) {
  Dataset data;
  data.sample_shape = {spec.image[1], spec.image[2], spec.image[3]};
  data.classes = 3;
  Random random(5);
  for (std::size_t i = 0; i < count * data.sample_size(); ++i) {
    data.bytes.push_back(static_cast<std::uint8_t>(random.below(256)));
  }
  for (std::size_t i = 0; i < count; ++i) data.labels.push_back(static_cast<std::int32_t>(random.below(3)));
  return data;
}

void expect_near(const Model& a, const Model& b, float tolerance) {
  const std::vector<float> x = weights_of(a), y = weights_of(b);
  for (std::size_t i = 0; i < x.size(); ++i) ASSERT_NEAR(x[i], y[i], tolerance * (1 + std::fabs(y[i]))) << i;
}

/// One step of SGD at rate 1 shows the gradients; then some of Adam, whose state is in the model, too.
void check(const Case& spec, int batch) {
  const Dataset data = noise(spec, 50);
  Model sgd = model_of(spec);
  sgd.optimizer.class_name = "SGD";
  sgd.optimizer.config = {{"learning_rate", 1.0}, {"momentum", 0.0}, {"nesterov", false}};
  Model apart = sgd, together = sgd;
  const Dataset few = data.first(static_cast<std::size_t>(batch));
  train(apart, few, few, {.batch_size = batch, .threads = 1, .fuse = false});
  train(together, few, few, {.batch_size = batch, .threads = 1});
  expect_near(together, apart, 1e-5f);
  apart = together = model_of(spec);
  const TrainResult expected =
      train(apart, data, data, {.batch_size = batch, .epochs = 2, .threads = 1, .fuse = false});
  const TrainResult result = train(together, data, data, {.batch_size = batch, .epochs = 2, .threads = 1});
  EXPECT_NEAR(result.epochs[1].loss, expected.epochs[1].loss, 1e-3);
  EXPECT_NEAR(result.epochs[1].val_loss, expected.epochs[1].val_loss, 1e-3);
  for (const int threads : {2, 3, 5}) {
    Model other = model_of(spec);
    train(other, data, data, {.batch_size = batch, .epochs = 2, .threads = threads});
    EXPECT_EQ(weights_of(other), weights_of(together));
    EXPECT_EQ(other.optimizer.slots, together.optimizer.slots);
  }
}

TEST(Fused, LearnsAsWhenApart) {
  const SimdLevel best = simd_level();
  for (const SimdLevel level : {SimdLevel::kPortable, SimdLevel::kAvx2, SimdLevel::kAvx512Vnni}) {
    if (!set_simd_level(level)) continue;
    const Model plain = model_of({{1, 6, 6, 2}, 5, 9});
    const TrainPlan plan = plan_training(plain.graph, plain.graph.outputs, 16);
    EXPECT_EQ(plan.nodes[0].call.reads_samples, level >= SimdLevel::kAvx2);
    for (const int batch : {1, 20, 32}) {
      SCOPED_TRACE(::testing::Message() << "level " << static_cast<int>(level) << ", batch " << batch);
      check({{1, 6, 6, 2}, 5, 9}, batch);
      check({{1, 12, 9, 1}, 8, 16}, batch);
      check({{1, 8, 11, 3}, 3, 40, "RELU6"}, batch);
      check({{1, 7, 8, 1}, 1, 2, "NONE"}, batch);
    }
  }
  set_simd_level(best);
}

}  // namespace
}  // namespace thimble::testing
