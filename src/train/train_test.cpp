#include "train/train.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <regex>

#include "base/error.h"
#include "train/objective.h"
#include "train/plan.h"
#include "train/testing.h"

namespace thimble::testing {
namespace {

TEST(Train, LearnsToTellClassesApart) {
  for (Model model : {plain_model(), residual_model(), normalized_model()}) {
    const TrainResult result =
        train(model, bright_spots(600), bright_spots(200, 2), {.batch_size = 16, .epochs = 6, .threads = 1});
    ASSERT_EQ(result.epochs.size(), 6u);
    EXPECT_LT(result.epochs[5].loss, result.epochs[0].loss / 3);
    EXPECT_GT(result.epochs[5].val_accuracy, 0.95);
    EXPECT_GT(result.epochs[5].seconds, 0.0);
  }
}

TEST(Train, SameBitsForAnyNumberOfThreads) {
  const Dataset data = bright_spots(333);  // the last batch is smaller, and has fewer shards
  for (const Model& start : {plain_model(), residual_model(), normalized_model()}) {
    std::vector<Model> models;
    std::vector<TrainResult> results;
    for (const int threads : {1, 2, 3, 8}) {
      models.push_back(start);
      results.push_back(
          train(models.back(), data, data, {.batch_size = 50, .epochs = 2, .seed = 3, .threads = threads}));
    }
    EXPECT_NE(weights_of(models[0]), weights_of(start));
    for (std::size_t i = 1; i < models.size(); ++i) {
      EXPECT_EQ(weights_of(models[i]), weights_of(models[0]));
      EXPECT_EQ(models[i].optimizer.slots, models[0].optimizer.slots);
      EXPECT_EQ(results[i].epochs[1].loss, results[0].epochs[1].loss);
      EXPECT_EQ(results[i].epochs[1].val_loss, results[0].epochs[1].val_loss);
    }
  }
}

TEST(Train, AugmentationDependsOnTheSeedAlone) {
  const Dataset data = bright_spots(130);
  const auto weights = [&](std::uint64_t seed, int threads, const Augmentation& augmentation) {
    Model model = plain_model();
    train(model, data, data,
          {.batch_size = 40, .epochs = 2, .seed = seed, .threads = threads, .augmentation = augmentation});
    return weights_of(model);
  };
  const Augmentation augmentation = {.shift = 0.2F, .mixup = 0.4F, .noise = 0.1F};
  const auto expected = weights(1, 1, augmentation);
  EXPECT_EQ(weights(1, 3, augmentation), expected);
  EXPECT_NE(weights(2, 1, augmentation), expected);
  EXPECT_NE(weights(1, 1, {}), expected);

  Model whole = plain_model(), parts = whole;
  const TrainOptions options = {.epochs = 3, .augmentation = augmentation};
  train(whole, data, data, options);
  TrainState saved;
  TrainHooks hooks;
  hooks.save = [&](const TrainState& state) { saved = state; };
  hooks.stop = [steps = 0]() mutable { return ++steps == 8; };
  train(parts, data, data, options, no_progress(), hooks);
  EXPECT_EQ(saved.position.step, 3);
  train(parts, data, data, options, no_progress(), {}, saved);
  EXPECT_EQ(weights_of(parts), weights_of(whole));
}

TEST(Train, TheLossOfABlendIsTheBlendOfTheLosses) {
  const Model model = plain_model();
  const TrainOptions options;
  Objective objective(model, options, plan_training(model.graph, model.graph.outputs, 4));
  const Dataset data = bright_spots(9);
  const float outputs[] = {0.3f, -1.0f, 0.5f};
  const auto loss_of = [&](std::uint32_t sample, const std::vector<Mix>& mixes, float* gradient) {
    const std::uint32_t samples[] = {sample};
    const float* const of_outputs[] = {outputs};
    float* const by_outputs[] = {gradient};
    return objective.compute(data, {samples, 1, nullptr, of_outputs, by_outputs, 1.0f, mixes}).loss;
  };
  for (std::uint32_t partner = 0; partner < 9; ++partner) {
    float first[3], second[3], blend[3];
    const double expected = 0.7 * loss_of(4, {}, first) + 0.3 * loss_of(partner, {}, second);
    EXPECT_NEAR(loss_of(4, {{partner, 0.7f}}, blend), expected, 1e-6);
    for (int i = 0; i < 3; ++i) EXPECT_NEAR(blend[i], 0.7f * first[i] + 0.3f * second[i], 1e-6f);
  }
}

TEST(Train, TheSeedGivesTheOrderAndTheDropout) {
  const Dataset data = bright_spots(100);
  const auto weights = [&](const Model& start, std::uint64_t seed) {
    Model model = start;
    train(model, data, data, {.batch_size = 100, .epochs = 2, .seed = seed, .threads = 1});
    return weights_of(model);
  };
  EXPECT_EQ(weights(plain_model(), 5), weights(plain_model(), 5));
  EXPECT_NE(weights(plain_model(), 5), weights(plain_model(), 6));
}

/// What a program that was killed leaves behind.
struct Checkpoint {
  Model model;
  NpzArrays state;
};

void expect_same(const TrainResult& a, const TrainResult& b) {
  ASSERT_EQ(a.epochs.size(), b.epochs.size());
  for (std::size_t i = 0; i < a.epochs.size(); ++i) {
    EXPECT_EQ(a.epochs[i].loss, b.epochs[i].loss);
    EXPECT_EQ(a.epochs[i].accuracy, b.epochs[i].accuracy);
    EXPECT_EQ(a.epochs[i].val_loss, b.epochs[i].val_loss);
  }
}

TEST(Train, GoesOnFromAnyCheckpointToTheSameBits) {
  const Dataset data = bright_spots(150);
  const TrainOptions options = {.epochs = 3, .seed = 4, .threads = 1};
  for (const Model& start : {plain_model(), normalized_model()}) {
    std::vector<Checkpoint> checkpoints;
    Model whole = start;
    TrainHooks hooks;
    hooks.save = [&](const TrainState& state) { checkpoints.push_back({whole, to_arrays(state)}); };
    hooks.save_steps = 2;
    const TrainResult expected = train(whole, data, data, options, no_progress(), hooks);
    EXPECT_EQ(whole.optimizer.iterations, 15);
    ASSERT_EQ(checkpoints.size(), 10u);  // at the start, and three an epoch of five steps
    for (Checkpoint& checkpoint : checkpoints) {
      Model& model = checkpoint.model;
      const TrainResult result =
          train(model, data, data, options, no_progress(), {}, train_state_from(checkpoint.state));
      EXPECT_EQ(model.optimizer.iterations, 15);
      EXPECT_EQ(weights_of(model), weights_of(whole));
      EXPECT_EQ(model.optimizer.slots, whole.optimizer.slots);
      expect_same(result, expected);
    }
  }
}

TEST(Train, GoesOnToTheSameBitsWithAllThatRemembers) {
  const Dataset data = bright_spots(150);
  Attributes monitor = {{"monitor", std::string("val_precision")}, {"mode", std::string("auto")}};
  Attributes stopping = monitor, plateau = monitor;
  stopping.set("patience", std::int64_t{2});
  stopping.set("start_from_epoch", std::int64_t{0});
  stopping.set("restore_best_weights", true);
  plateau.set("patience", std::int64_t{1});
  plateau.set("factor", 0.5);
  plateau.set("cooldown", std::int64_t{0});
  plateau.set("min_lr", 0.0);
  TrainOptions options = {.epochs = 9, .seed = 4, .threads = 2};
  options.metrics = {"precision", "auc"};
  options.class_weight = {1.0f, 2.0f, 0.5f};
  options.callbacks = {{"EarlyStopping", stopping}, {"ReduceLROnPlateau", plateau}};
  Model start = plain_model();
  start.optimizer.config.set("use_ema", true);
  start.optimizer.config.set("ema_momentum", 0.8);
  start.optimizer.config.set("global_clipnorm", 0.5);
  Model whole = start;
  std::vector<Checkpoint> checkpoints;
  TrainHooks hooks;
  hooks.save = [&](const TrainState& state) { checkpoints.push_back({whole, to_arrays(state)}); };
  hooks.save_steps = 3;
  const TrainResult expected = train(whole, data, data, options, no_progress(), hooks);
  EXPECT_LT(expected.epochs.size(), 9u);  // stopped early
  EXPECT_LT(whole.optimizer.config.real("learning_rate"), 1e-2f);
  EXPECT_TRUE(expected.epochs[0].more.contains("auc"));
  EXPECT_TRUE(expected.epochs[0].more.contains("val_precision"));
  EXPECT_EQ(expected.test.loss, Trainer(whole, options).evaluate_as_it_is(data).loss);
  for (Checkpoint& checkpoint : checkpoints) {
    Model& model = checkpoint.model;
    const TrainResult result = train(model, data, data, options, no_progress(), {}, train_state_from(checkpoint.state));
    EXPECT_EQ(weights_of(model), weights_of(whole));
    EXPECT_EQ(model.optimizer.slots, whole.optimizer.slots);
    expect_same(result, expected);
    EXPECT_EQ(result.epochs[0].more, expected.epochs[0].more);
  }
}

TEST(Train, StopsWhenAsked) {
  const Dataset data = bright_spots(150);
  Model model = plain_model();
  TrainState saved;
  int steps = 0;
  TrainHooks hooks;
  hooks.save = [&](const TrainState& state) { saved = state; };
  hooks.stop = [&] { return ++steps == 8; };
  const TrainResult result = train(model, data, data, {.epochs = 3, .threads = 2}, no_progress(), hooks);
  EXPECT_TRUE(result.stopped);
  EXPECT_EQ(saved.position.epoch, 1);
  EXPECT_EQ(saved.position.step, 3);
  EXPECT_EQ(model.optimizer.iterations, 8);
}

TEST(TrainState, DamagedArraysAreNamed) {
  NpzArrays arrays = to_arrays({{1, 2, {}, 0}, {{1, 2, 3, 4, 5, {{"auc", 0.5}}}}});
  EXPECT_EQ(train_state_from(arrays).history[0].more.at("auc"), 0.5);
  arrays["history/loss"] = make_npy<double>({2}, std::vector<double>{1, 2});
  EXPECT_THROW(train_state_from(arrays), InputError);
  arrays.erase("position");
  EXPECT_THROW(train_state_from(arrays), InputError);
}

TEST(Train, GradientOfAGraphWithBranches) { check_gradient_of(residual_model()); }
TEST(Train, GradientOfAnActivationBeforeAPool) { check_gradient_of(plain_model()); }

/// Two nodes read what the activation makes: it must stay where it is.
TEST(Train, GradientOfAnActivationBeforeAPoolAndAnotherNode) {
  ModelMaker maker({1, 6, 6, 2});
  const TensorId x = maker.conv(maker.input(), 5);
  const TensorId pooled = maker.dense(maker.flatten(maker.pool(x)), 3);
  check_gradient_of(maker.finish(maker.sum(pooled, maker.dense(maker.flatten(x), 3))));
}

TEST(Train, EvaluationDoesNotDependOnTheBatchSize) {
  const Dataset data = bright_spots(101);
  for (Model model : {plain_model(), normalized_model()}) {
    const LossAndAccuracy expected = Trainer(model, {.batch_size = 1, .threads = 1}).evaluate(data);
    for (const int batch : {2, 7, 33, 101, 500}) {
      const LossAndAccuracy actual = Trainer(model, {.batch_size = batch, .threads = 2}).evaluate(data);
      EXPECT_NEAR(actual.loss, expected.loss, 1e-6);
      EXPECT_EQ(actual.accuracy, expected.accuracy);
    }
  }
}

TEST(Train, ReportsTheMeansOverTheEpoch) {
  const Dataset data = bright_spots(90);
  Model model = plain_model();
  model.optimizer.config.set("learning_rate", 0.0);
  Trainer trainer(model, {.batch_size = 40, .threads = 1});
  const LossAndAccuracy expected = trainer.evaluate(data);
  const LossAndAccuracy actual = trainer.run_epoch(data, 0);  // no weight moves
  EXPECT_NEAR(actual.loss, expected.loss, 1e-6);
  EXPECT_EQ(actual.accuracy, expected.accuracy);
}

TEST(Train, SoftmaxAtTheEndIsTrainedThroughItsLogits) {
  const Dataset data = bright_spots(64);
  ModelMaker maker({1, 6, 6, 2});
  const TensorId logits = maker.dense(maker.flatten(maker.input()), 3);
  Model from_logits = maker.finish(logits);
  Model from_softmax = maker.finish(maker.softmax(logits));
  from_softmax.losses[0].from_logits = false;
  train(from_logits, data, data, {.epochs = 2, .threads = 1});
  train(from_softmax, data, data, {.epochs = 2, .threads = 1});
  EXPECT_EQ(weights_of(from_softmax), weights_of(from_logits));
}

TEST(Train, Autoencoder) {
  const Dataset data = bright_spots(200);
  ModelMaker maker({1, 6, 6, 2});
  const TensorId flat = maker.flatten(maker.input());
  Model model = maker.finish(maker.dense(maker.dense(flat, 12, "RELU"), 72));
  model.losses[0].class_name = "MeanSquaredError";
  const TrainResult result = train(model, data, data, {.epochs = 10, .threads = 1});
  EXPECT_LT(result.epochs[9].val_loss, result.epochs[0].val_loss * 0.6);
}

std::string error_of(Model model, const Dataset& data, const TrainOptions& options) {
  const std::vector<float> before = weights_of(model);
  try {
    train(model, data, data, options);
  } catch (const InputError& error) {
    EXPECT_EQ(weights_of(model), before);
    return error.what();
  }
  return "no error";
}

TEST(Train, SaysWhatToTryWhenTheLossDiverges) {
  Model model = plain_model();
  model.optimizer.config.set("learning_rate", 1e30);
  const std::string error = error_of(model, bright_spots(200), {.epochs = 3, .threads = 2});
  EXPECT_NE(error.find("diverged"), std::string::npos) << error;
  EXPECT_NE(error.find("learning_rate below 1e+30"), std::string::npos) << error;
}

TEST(Train, NamesDataThatDoesNotFit) {
  Dataset data = bright_spots(10);
  data.sample_shape = {36, 2};
  EXPECT_EQ(error_of(plain_model(), data, {}), "the data's samples are 36x2, the model's input is 6x6x2");
  data = bright_spots(10);
  data.labels[4] = 3;
  EXPECT_NE(error_of(plain_model(), data, {}).find("3"), std::string::npos);
  data = bright_spots(0);
  EXPECT_EQ(error_of(plain_model(), data, {}), "the data set has no samples");
  EXPECT_NE(error_of(plain_model(), bright_spots(9), {.batch_size = 0}).find("batch_size is 0"), std::string::npos);
}

TEST(Train, NamesModelsThatCannotBeTrained) {
  const Dataset data = bright_spots(10);
  Model model = plain_model();
  model.losses[0].class_name = "Hinge";
  EXPECT_NE(error_of(model, data, {}).find("'Hinge'"), std::string::npos);
  model = plain_model();
  model.optimizer.class_name = "Ftrl";
  EXPECT_NE(error_of(model, data, {}).find("'Ftrl'"), std::string::npos);
  model = plain_model();
  for (Tensor& tensor : model.graph.tensors) tensor.trainable = false;
  EXPECT_EQ(error_of(model, data, {}), "the model has no weights to train");
  model = plain_model();
  model.losses[0].from_logits = false;
  EXPECT_NE(error_of(model, data, {}).find("softmax"), std::string::npos);
}

class Lines final : public Progress {
 public:
  std::vector<std::string> text;
  void update(std::int64_t, std::int64_t, std::string_view) override {}
  void finish(std::int64_t total, std::string_view note) override { text.push_back(fmt::format("{} {}", total, note)); }
  void line(std::string_view line) override { text.emplace_back(line); }
};

TEST(Train, ReportsLikeKeras) {
  Lines lines;
  Model model = plain_model();
  train(model, bright_spots(100), bright_spots(50), {.epochs = 2, .threads = 1}, lines);
  ASSERT_EQ(lines.text.size(), 4u);
  EXPECT_EQ(lines.text[0], "Epoch 1/2");
  EXPECT_TRUE(std::regex_match(lines.text[3], std::regex("4 0s [0-9.]+[mu]s/step - accuracy: 0\\.[0-9]{4} - "
                                                         "loss: [0-9.]{6} - val_accuracy: [01]\\.[0-9]{4} - "
                                                         "val_loss: [0-9.]{6}")))
      << lines.text[3];
}

TEST(Train, HistoryIsKerass) {
  const std::vector<EpochResult> history = {{0.5, 0.75, 0.25, 1, 2, {}}, {0.125, 1, 0.5, 0.5, 3, {}}};
  EXPECT_EQ(history_json(history),
            "{\n  \"loss\": [0.5, 0.125],\n  \"accuracy\": [0.75, 1],\n  \"val_loss\": [0.25, 0.5],\n"
            "  \"val_accuracy\": [1, 0.5],\n  \"seconds\": [2, 3]\n}\n");
}

TEST(Sharding, CoversTheBatchWhateverItsSize) {
  for (int batch = 1; batch < 600; ++batch) {
    const Sharding sharding(batch, static_cast<std::size_t>(batch * batch), 1000);
    EXPECT_LE(sharding.shards, 64);
    EXPECT_GE(sharding.shards, std::min(4, batch));
    for (int s = 0; s < sharding.shards; ++s) EXPECT_LE(sharding.size(s, batch), sharding.samples);
    for (const int count : {1, batch / 2, batch}) {
      int sum = 0;
      for (int s = 0; s < sharding.shards; ++s) {
        if (sharding.size(s, count) > 0) {
          EXPECT_EQ(sharding.first(s), sum);
        }
        sum += sharding.size(s, count);
      }
      EXPECT_EQ(sum, count);
    }
  }
}

}  // namespace
}  // namespace thimble::testing
