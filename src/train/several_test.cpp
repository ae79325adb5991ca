// Models with several inputs and outputs, and shared layers.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "train/testing.h"

namespace thimble::testing {
namespace {

/// bright_spots beside five more numbers, which tell the second label and a number to predict.
Dataset two_inputs(std::size_t count) {
  Dataset data = bright_spots(count);
  Random random(5);
  StoredAnswers second{.labels = {}, .classes = 2, .targets = {}, .target_size = 0};
  StoredAnswers third{.labels = {}, .classes = 0, .targets = {}, .target_size = 1};
  std::vector<float> image(data.sample_size()), floats;
  for (std::size_t i = 0; i < count; ++i) {
    data.read(i, image);
    floats.insert(floats.end(), image.begin(), image.end());
    for (int k = 0; k < 5; ++k) floats.push_back(random.uniform(-1.0f, 1.0f));
    second.labels.push_back(floats.back() > 0.0f ? 1 : 0);
    third.targets.push_back(floats.back() + image[0]);
  }
  data.bytes.clear();
  data.floats = floats;
  data.parts = {{6, 6, 2}, {5}};
  data.sample_shape = {77};
  data.more_answers = {second, third};
  return data;
}

/// Two inputs, a layer that is used three times (once on what it made itself), an output that another one reads.
Model several() {
  ModelMaker maker({1, 6, 6, 2});
  const TensorId numbers = maker.add_input({1, 5});
  const TensorId image = maker.dense(maker.flatten(maker.pool(maker.conv(maker.input(), 4))), 6);
  const TensorId first = maker.dense(image, 6);
  const TensorId twice = maker.again(first, first);
  const TensorId other = maker.again(maker.dense(numbers, 6), first);
  const TensorId both = maker.sum(twice, other);
  const TensorId classes = maker.dense(both, 3);
  Model model =
      maker.finish({classes, maker.dense(maker.sum(both, maker.dense(classes, 6)), 1), maker.dense(other, 1)});
  model.losses[1] = {"BinaryCrossentropy", true, {}, 0.5};
  model.losses[2] = {"MeanSquaredError", false, {}, 2.0};
  const char* names[] = {"spot", "sign", "number"};
  for (std::size_t k = 0; k < 3; ++k) model.graph.tensor(model.graph.outputs[k]).name = names[k];
  return model;
}

TEST(Several, Gradient) { check_gradient_of(several(), two_inputs(20)); }

TEST(Several, GradientOfASharedConvolution) {
  ModelMaker maker({1, 6, 6, 2});
  const TensorId x = maker.conv(maker.input(), 3);
  const TensorId once = maker.conv(x, 3, "NONE");
  const TensorId twice = maker.again(once, once);
  check_gradient_of(maker.finish(maker.dense(maker.flatten(maker.sum(once, twice)), 3)));
}

TEST(Several, TrainsWithAnyNumberOfThreadsToTheSameBits) {
  const Dataset data = two_inputs(200);
  std::vector<float> expected;
  for (const int threads : {1, 2}) {
    Model model = several();
    const TrainResult result = train(model, data, data, {.batch_size = 10, .epochs = 20, .threads = threads});
    const std::map<std::string, double>& metrics = result.epochs.back().more;
    EXPECT_GT(metrics.at("val_spot_accuracy"), 0.9);
    EXPECT_GT(metrics.at("val_sign_accuracy"), 0.9);
    EXPECT_LT(metrics.at("val_number_loss"), 0.05);
    EXPECT_NEAR(result.test.loss,
                metrics.at("val_spot_loss") + 0.5 * metrics.at("val_sign_loss") + 2 * metrics.at("val_number_loss"),
                1e-6);
    EXPECT_TRUE(std::isnan(result.test.accuracy));
    if (expected.empty()) expected = weights_of(model);
    EXPECT_EQ(weights_of(model), expected);
  }
}

TEST(Several, TrainsOnStoredInputsToTheSameBits) {
  const Dataset data = two_inputs(100);
  Dataset stored = data;
  Bytes numbers;
  for (std::size_t i = 0; i < data.size(); ++i) {
    const auto* own = reinterpret_cast<const std::uint8_t*>(&data.floats[i * 77 + 72]);
    numbers.insert(numbers.end(), own, own + 5 * sizeof(float));
  }
  stored.floats.clear();
  stored.stored_parts = {{SharedBytes(bright_spots(100).bytes), false, 72}, {SharedBytes(numbers), true, 5}};
  Model model = several(), expected = model;
  const TrainOptions options = {.batch_size = 10, .epochs = 3, .shuffle_buffer = 32, .threads = 2};
  const TrainResult result = train(model, stored, stored, options);
  EXPECT_EQ(result.test.loss, train(expected, data, data, options).test.loss);
  EXPECT_EQ(weights_of(model), weights_of(expected));
  EXPECT_NE(weights_of(model), weights_of(several()));
}

TEST(Several, GoesOnToTheSameBits) {
  const Dataset data = two_inputs(100);
  Model whole = several(), parts = whole;
  const TrainOptions options = {.epochs = 3, .threads = 2};
  train(whole, data, data, options);
  TrainState saved;
  TrainHooks hooks;
  hooks.save = [&](const TrainState& state) { saved = train_state_from(to_arrays(state)); };
  hooks.stop = [steps = 0]() mutable { return ++steps == 6; };
  train(parts, data, data, options, no_progress(), hooks);
  const TrainResult result = train(parts, data, data, options, no_progress(), {}, saved);
  EXPECT_EQ(weights_of(parts), weights_of(whole));
}

// A factor for all of an output's classes is a factor of its loss.
TEST(Several, ClassWeightsAreOfTheirOutput) {
  const Dataset data = two_inputs(100);
  Model weighted = several(), louder = weighted, plain = weighted;
  TrainOptions options = {.batch_size = 10, .epochs = 2, .threads = 1};
  train(plain, data, data, options);
  louder.losses[1].weight *= 4.0;
  train(louder, data, data, options);
  options.output_class_weight = {{"sign", {4.0f, 4.0f}}};
  train(weighted, data, data, options);
  EXPECT_EQ(weights_of(weighted), weights_of(louder));
  EXPECT_NE(weights_of(weighted), weights_of(plain));
}

TEST(Several, LearnsEachOutputFromATeacher) {
  const Dataset data = two_inputs(100);
  TrainOptions options = {.batch_size = 10, .epochs = 30, .threads = 1};
  options.distillation.alpha = 0.0f;
  for (std::size_t i = 0; i < data.size(); ++i) {  // logits of 3 classes, a probability, a number
    for (const float told : {-4.0f, 9.0f, -4.0f, 0.999f, 2.0f}) options.distillation.teacher.push_back(told);
  }
  Model model = several();
  train(model, data, data, options);
  Dataset as_told = data;
  std::ranges::fill(as_told.labels, 1);
  std::ranges::fill(as_told.more_answers[0].labels, 1);
  std::ranges::fill(as_told.more_answers[1].targets, 2.0f);
  std::map<std::string, double> metrics;
  for (const auto& [name, value] : Trainer(model, options).evaluate(as_told).metrics) metrics[name] = value;
  EXPECT_EQ(metrics.at("spot_accuracy"), 1.0);
  EXPECT_EQ(metrics.at("sign_accuracy"), 1.0);
  EXPECT_LT(metrics.at("number_loss"), 0.1);
  options.distillation.teacher.resize(400);
  EXPECT_THROW(train(model, data, data, options), InputError);
}

std::string error_of(Model model, const Dataset& data, const TrainOptions& options = {}) {
  try {
    train(model, data, data, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Several, WhatDoesNotFitIsNamed) {
  Dataset data = two_inputs(20);
  data.more_answers.pop_back();
  EXPECT_EQ(error_of(several(), data), "the data has labels for 2 outputs, the model has 3");
  data = two_inputs(20);
  data.more_answers[0].labels[7] = 2;
  EXPECT_EQ(error_of(several(), data), "output 'sign': sample 7 has the label 2, but there are only 2 classes");
  data = two_inputs(20);
  data.parts = {{72}, {5}};
  EXPECT_EQ(error_of(several(), data), "the data's samples are 72, the model's input is 6x6x2");
  EXPECT_EQ(error_of(several(), two_inputs(20), {.output_metrics = {{"sgin", {"auc"}}}}),
            "metrics: the model has no output 'sgin'");
  EXPECT_EQ(error_of(several(), two_inputs(20), {.output_class_weight = {{"sgin", {1.0f}}}}),
            "class_weight: the model has no output 'sgin'");
  EXPECT_EQ(error_of(several(), two_inputs(20), {.output_class_weight = {{"number", {1.0f}}}}),
            "class_weight is for losses of classes");
  Model twice = several();
  twice.graph.outputs[1] = twice.graph.outputs[0];
  EXPECT_EQ(error_of(twice, two_inputs(20)), "the model's output 'spot' is another output once more");
}

}  // namespace
}  // namespace thimble::testing
