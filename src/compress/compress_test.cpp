#include "compress/compress.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "ops/op.h"
#include "passes/pipeline.h"
#include "quant/calibrate.h"
#include "quant/trained.h"
#include "quant/weight_plan.h"
#include "run/evaluate.h"
#include "train/testing.h"

namespace thimble::testing {
namespace {

const Dataset kTrain = bright_spots(400);
const Dataset kTest = bright_spots(300, 2);

Model trained(Model model, int epochs = 3) {
  train(model, kTrain, kTest, {.batch_size = 16, .epochs = epochs, .threads = 1});
  return model;
}

CompressResult compressed(Model model, const Compression& compression, int threads = 1) {
  return compress(model, kTrain, kTest, compression, {.batch_size = 16, .epochs = 3, .threads = threads});
}

/// The integer weights of each layer, from the first on.
std::vector<Tensor> integer_weights(const Graph& graph) {
  std::vector<Tensor> result;
  for (const Node& node : graph.nodes) {
    const int index = op_of(node).quantization.weights_input;
    if (index >= 0) result.push_back(graph.tensor(node.inputs[static_cast<std::size_t>(index)]));
  }
  return result;
}

std::vector<int> integers(const Tensor& tensor) {
  const auto values = tensor.values<std::int8_t>();
  return {values.begin(), values.end()};
}

TEST(Compress, ReportsTheAccuracyOfTheIntegerModelToTheLastImage) {
  const Compression kinds[] = {{.epochs = 3},
                               {.epochs = 2, .scheme = Scheme::kInt16x8},
                               {.epochs = 2, .weights = WeightForm::kInt4},
                               {.epochs = 2, .weights = WeightForm::kTernary},
                               {.epochs = 2, .sparsity = 0.5F, .clusters = 8}};
  for (const Model& start : {trained(plain_model()), trained(residual_model())}) {
    for (const Compression& compression : kinds) {
      const CompressResult result = compressed(start, compression);
      ASSERT_EQ(result.epochs.size(), static_cast<std::size_t>(compression.epochs));
      const Evaluation tested = evaluate(prepare(result.integer_model), kTest, 1);
      EXPECT_EQ(result.epochs.back().val_accuracy, tested.accuracy);
      EXPECT_EQ(result.epochs.back().val_loss, tested.loss);
      EXPECT_GT(tested.accuracy, 0.9);
    }
  }
}

// What training sees is what the integers compute.
TEST(Compress, TrainingSeesTheIntegerModel) {
  for (const Scheme scheme : {Scheme::kInt8, Scheme::kInt16x8}) {
    for (Model model : {trained(plain_model(), 1), trained(residual_model(), 1)}) {
      simplify(model.graph);
      const std::vector<Range> ranges = observe(model.graph, kTrain.first(100));
      Constraints constraints;
      constraints.values = grids_of(model.graph, quantize_keeping_ids(model.graph, ranges, {.scheme = scheme}));
      EXPECT_TRUE(constraints.values.contains(model.graph.inputs[0]));
      EXPECT_TRUE(constraints.values.contains(model.graph.outputs[0]));
      for (const Node& node : model.graph.nodes) {
        if (op_of(node).quantization.weights_input < 0) continue;
        const Tensor& weights = model.graph.tensor(node.inputs[1]);
        const WeightPlan plan(weights.values<float>(), weights.shape, 0, {});
        constraints.weights[node.inputs[1]] = [plan](auto trained, auto seen) { plan.see(trained, seen); };
      }
      Trainer trainer(model, {.batch_size = 16, .threads = 2, .fuse = false});
      const LossAndAccuracy plain = trainer.evaluate(kTest);
      trainer.constrain(constraints);
      const LossAndAccuracy seen = trainer.evaluate(kTest);
      const Evaluation integer = evaluate(prepare(quantize(model.graph, ranges, {.scheme = scheme})), kTest, 1);
      EXPECT_NE(seen.loss, plain.loss);
      EXPECT_NEAR(seen.loss, integer.loss, scheme == Scheme::kInt8 ? 2e-3 : 1e-5);
      EXPECT_NEAR(seen.accuracy, integer.accuracy, 1.01 / 300);
    }
  }
}

TEST(Compress, BatchNormalizationIsFolded) {
  ModelMaker maker({1, 6, 6, 2});
  const TensorId x = maker.batch_normalization(maker.conv(maker.input(), 6, "NONE"));
  const Model model = maker.finish(maker.dense(maker.flatten(maker.pool(x)), 3));
  const CompressResult result = compressed(trained(model), {.epochs = 2});
  for (const Node& node : result.integer_model.nodes) EXPECT_NE(node.op, "BATCH_NORMALIZATION");
  EXPECT_GT(result.epochs.back().val_accuracy, 0.9);
}

// What is left in the model converts to the very same integers.
TEST(Compress, TheModelQuantizesToTheIntegerModel) {
  ModelMaker maker({1, 6, 6, 2});
  const TensorId x = maker.batch_normalization(maker.conv(maker.input(), 6, "NONE"));
  const TensorId y = maker.batch_normalization(maker.dense(maker.flatten(maker.pool(x)), 8));
  Model normalized = maker.finish(maker.dense(maker.dropout(y, 0.1), 3));
  for (std::size_t i = 0; i < normalized.graph.tensors.size(); ++i)
    normalized.graph.tensors[i].name = fmt::format("t{}", i);
  for (const Compression& compression :
       {Compression{.epochs = 1}, Compression{.epochs = 1, .scheme = Scheme::kInt16x8},
        Compression{.epochs = 1, .weights = WeightForm::kInt4},
        Compression{.epochs = 1, .weights = WeightForm::kTernary},
        Compression{.epochs = 1, .sparsity = 0.3F, .structured = true, .clusters = 6}}) {
    Model model = trained(normalized, 1);
    const Graph expected = compress(model, kTrain, kTest, compression, {.batch_size = 16, .threads = 1}).integer_model;
    Graph graph = model.graph;
    simplify(graph);
    EXPECT_EQ(trained_scheme(graph, model.integer_forms), compression.scheme);
    const Graph actual = quantize_as_trained(graph, model.integer_forms, false);
    ASSERT_EQ(actual.tensors.size(), expected.tensors.size());
    for (std::size_t i = 0; i < expected.tensors.size(); ++i) {
      EXPECT_EQ(actual.tensors[i].type, expected.tensors[i].type);
      EXPECT_EQ(actual.tensors[i].quantization, expected.tensors[i].quantization);
      if (expected.tensors[i].constant()) {
        EXPECT_EQ(*actual.tensors[i].data, *expected.tensors[i].data);
      }
    }
    const LossAndAccuracy floats = Trainer(model, {.batch_size = 16, .threads = 1}).evaluate(kTest);
    const Evaluation integer = evaluate(prepare(expected), kTest, 1);
    EXPECT_NEAR(floats.accuracy, integer.accuracy, 0.02);
  }
}

TEST(Compress, SameBitsForAnyNumberOfThreads) {
  const Model start = trained(plain_model());
  const Compression compression{.epochs = 2, .sparsity = 0.4F};
  const CompressResult one = compressed(start, compression, 1), three = compressed(start, compression, 3);
  const auto weights = integer_weights(one.integer_model), others = integer_weights(three.integer_model);
  for (std::size_t i = 0; i < weights.size(); ++i) EXPECT_EQ(integers(weights[i]), integers(others[i]));
  EXPECT_EQ(one.epochs[1].loss, three.epochs[1].loss);
  EXPECT_EQ(one.epochs[1].val_loss, three.epochs[1].val_loss);
}

TEST(Compress, WeightsAreOfTheFormAskedFor) {
  const Model start = trained(plain_model(), 1);
  for (const Tensor& tensor :
       integer_weights(compressed(start, {.epochs = 1, .weights = WeightForm::kInt4}).integer_model)) {
    EXPECT_EQ(tensor.type, Type::kInt4);
    for (const int value : integers(tensor)) EXPECT_LE(std::abs(value), 7);
  }
  for (const Tensor& tensor :
       integer_weights(compressed(start, {.epochs = 1, .weights = WeightForm::kTernary}).integer_model)) {
    for (const int value : integers(tensor)) EXPECT_LE(std::abs(value), 1);
  }
  for (const Tensor& tensor : integer_weights(compressed(start, {.epochs = 1, .clusters = 5}).integer_model)) {
    const std::vector<int> values = integers(tensor);
    EXPECT_LE(std::set<int>(values.begin(), values.end()).size(), 5u);
  }
}

TEST(Compress, PrunedWeightsAreZeroInTheIntegerModel) {
  const Model start = trained(plain_model(), 1);
  for (const Tensor& tensor : integer_weights(compressed(start, {.epochs = 2, .sparsity = 0.75F}).integer_model)) {
    const std::vector<int> values = integers(tensor);
    EXPECT_GE(std::ranges::count(values, 0), static_cast<std::ptrdiff_t>(values.size() * 3 / 4));
  }
  const auto layers =
      integer_weights(compressed(start, {.epochs = 2, .sparsity = 0.4F, .structured = true}).integer_model);
  const auto zero_channels = [](const Tensor& tensor) {
    const std::vector<int> values = integers(tensor);
    const auto size = static_cast<std::ptrdiff_t>(values.size()) / tensor.shape[0];
    int count = 0;
    for (int c = 0; c < tensor.shape[0]; ++c) {
      count += std::all_of(values.begin() + c * size, values.begin() + (c + 1) * size, [](int v) { return v == 0; });
    }
    return count;
  };
  ASSERT_EQ(layers.size(), 3u);
  EXPECT_EQ(zero_channels(layers[0]), 2);  // of 5
  EXPECT_EQ(zero_channels(layers[1]), 4);  // of 9
  EXPECT_EQ(zero_channels(layers[2]), 0);  // the classes
}

TEST(Compress, StopsWhenAsked) {
  int steps = 0;
  Model model = trained(plain_model(), 1);
  const CompressResult result = compress(model, kTrain, kTest, {.epochs = 3}, {.batch_size = 16, .threads = 1},
                                         no_progress(), [&] { return ++steps > 30; });
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(result.epochs.size(), 1u);
}

TEST(ValueGrid, SnapsAndStopsAtTheEnds) {
  const ValueGrid grid{0.5F, -2, 3};
  std::vector<float> values = {-9.0F, -0.8F, -0.2F, 0.3F, 0.75F, 1.4F, 2.0F};
  snap(grid, values);
  EXPECT_EQ(values, (std::vector<float>{-1.0F, -1.0F, 0.0F, 0.5F, 1.0F, 1.5F, 1.5F}));
  std::vector<float> gradient(7, 2.0F);
  stop_at_ends(grid, values, gradient);
  EXPECT_EQ(gradient, (std::vector<float>{0, 0, 2, 2, 2, 0, 0}));
}

}  // namespace
}  // namespace thimble::testing
