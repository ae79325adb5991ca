// Optimizers, schedules, losses, metrics and callbacks give what Keras's and scikit-learn's give
// (tests/golden/training.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "data/metrics.h"
#include "io/layer_config.h"
#include "ops/training_codec.h"
#include "train/callbacks.h"
#include "train/parameter_update.h"
#include "train/schedule.h"

namespace thimble {
namespace {

using nlohmann::json;

const json& golden() {
  static const json file = json::parse(std::ifstream(THIMBLE_SOURCE_DIR "/tests/golden/training.json"));
  return file;
}

std::vector<float> floats(const json& values) { return values.get<std::vector<float>>(); }

// ---- optimizers

LearningRateSchedule schedule_of(const json& entry) {
  const std::string name = entry["class_name"];
  const ScheduleCodec* codec = find_schedule(name);
  return {name, config_from_json(codec->arguments, entry["config"]), entry.value("values", std::vector<double>())};
}

struct Problem {
  Model model;
  TrainPlan plan;
};

/// Two tensors of 32 and 16 numbers.
Problem problem_of(const json& entry) {
  Problem problem;
  Layer layer;
  for (const int size : {32, 16}) {
    Tensor tensor;
    tensor.shape = {size};
    tensor.trainable = true;
    const TensorId id = problem.model.graph.add(tensor);
    const auto count = static_cast<std::size_t>(size);
    problem.plan.parameters.push_back({.tensor = id, .offset = problem.plan.all, .count = count, .floats = count});
    problem.plan.all += static_cast<std::size_t>(size);
    layer.weights.push_back({"kernel",
                             id,
                             {},
                             {},
                             size == 32 ? entry["l1"].get<double>() : 0.0,
                             size == 32 ? entry["l2"].get<double>() : 0.0});
  }
  problem.plan.trainable = problem.plan.all;
  problem.model.layers = {layer};
  OptimizerState& state = problem.model.optimizer;
  state.class_name = entry["class_name"];
  state.config = config_from_json(find_optimizer(state.class_name)->arguments, entry["config"]);
  if (entry.contains("schedule")) state.schedule = schedule_of(entry["schedule"]);
  return problem;
}

void expect_near(const std::vector<float>& actual, const std::vector<float>& expected, float tolerance,
                 const std::string& what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (std::size_t i = 0; i < actual.size(); ++i) EXPECT_NEAR(actual[i], expected[i], tolerance) << what << " " << i;
}

TEST(KerasGolden, Optimizers) {
  for (const json& entry : golden()["optimizers"]) {
    const std::string what = entry["class_name"].get<std::string>() + entry["config"].dump();
    Problem problem = problem_of(entry);
    std::vector<float> parameters(48, 1.0f);
    const int steps = entry["steps"];
    auto update = std::make_unique<ParameterUpdate>(problem.model, problem.plan);
    update->resolve_schedule(100);
    ThreadTeam team(2);
    for (int step = 1; step <= steps; ++step) {
      if (step == 4) {  // broken off and gone on with
        update->save(problem.model.optimizer);
        update = std::make_unique<ParameterUpdate>(problem.model, problem.plan);
        update->resolve_schedule(100);
      }
      std::vector<float> a(48), b(48);
      for (std::size_t i = 0; i < 48; ++i) {
        const float gradient = std::sin(static_cast<float>(7 * step) + static_cast<float>(i));
        a[i] = 0.25f * gradient;
        b[i] = 0.75f * gradient;
      }
      const float* parts[] = {a.data(), b.data()};
      team.run([&](int thread) { update->run(team, thread, parts, parameters.data()); });
      update->end_step();
    }
    expect_near(parameters, floats(entry["values"]), 2e-6f, what);
    if (entry.contains("averages")) {
      expect_near({update->averages(), update->averages() + 48}, floats(entry["averages"]), 2e-6f, what);
    }
  }
}

TEST(KerasGolden, Schedules) {
  for (const json& entry : golden()["schedules"]) {
    const LearningRateSchedule schedule = resolved(schedule_of(entry), 100);
    for (std::size_t i = 0; i < entry["steps"].size(); ++i) {
      EXPECT_NEAR(rate_at(schedule, entry["steps"][i]), entry["rates"][i].get<double>(), 2e-7) << entry.dump();
    }
  }
}

/// PyTorch's OneCycleLR(max_lr = 0.1, total_steps = 20), by its documented formula.
TEST(Schedules, OneCycle) {
  LearningRateSchedule schedule = {
      "OneCycle", config_from_json(find_schedule("OneCycle")->arguments, {{"max_learning_rate", 0.1}}), {}};
  schedule = resolved(schedule, 20);
  EXPECT_NEAR(rate_at(schedule, 0), 0.004, 1e-8);
  EXPECT_NEAR(rate_at(schedule, 5), 0.1, 1e-8);  // 0.3 * 20 - 1
  EXPECT_NEAR(rate_at(schedule, 19), 0.004 / 1e4, 1e-9);
  EXPECT_NEAR(rate_at(schedule, 12), (0.1 + 0.004 / 1e4) / 2, 1e-8);  // half way down
  EXPECT_NEAR(rate_at(schedule, 40), 0.004 / 1e4, 1e-9);
}

TEST(Schedules, WhatDoesNotFitIsNamed) {
  LearningRateSchedule schedule = {"PiecewiseConstantDecay", {{"boundaries", std::vector<std::int64_t>{5}}}, {0.1}};
  EXPECT_THROW(resolved(schedule, 10), InputError);
  schedule = {
      "CosineDecay",
      config_from_json(find_schedule("CosineDecay")->arguments, {{"initial_learning_rate", 0.1}, {"warmup_steps", 5}}),
      {}};
  EXPECT_THROW(resolved(schedule, 10), InputError);
}

// ---- losses

LossFunction function_of(const json& entry) {
  OutputLoss loss;
  loss.class_name = entry["class_name"];
  loss.config = config_from_json(find_loss(loss.class_name)->arguments, entry["config"]);
  return loss_function(loss);
}

TEST(KerasGolden, Losses) {
  for (const json& entry : golden()["losses"]) {
    const std::vector<float> outputs = floats(entry["outputs"]), targets = floats(entry["targets"]);
    const auto labels = entry["labels"].get<std::vector<std::int32_t>>();
    const int samples = entry["samples"], size = static_cast<int>(outputs.size()) / samples;
    std::vector<float> gradient(outputs.size());
    const LossSums sums =
        compute_loss(function_of(entry), {samples, size, outputs.data(), labels, targets.data(), nullptr,
                                          1.0f / static_cast<float>(samples), gradient.data()});
    EXPECT_NEAR(sums.loss / samples, entry["loss"].get<double>(), 2e-6) << entry["class_name"] << entry["config"];
    expect_near(gradient, floats(entry["gradient"]), 2e-6f,
                entry["class_name"].get<std::string>() + entry["config"].dump());
  }
}

TEST(KerasGolden, GradientsAreTheLossesSlopes) {
  for (const json& entry : golden()["losses"]) {
    std::vector<float> outputs = floats(entry["outputs"]);
    const std::vector<float> targets = floats(entry["targets"]), weights = {1.0f, 0.5f, 2.0f, 0.0f, 3.0f, 1.5f};
    const auto labels = entry["labels"].get<std::vector<std::int32_t>>();
    const int samples = entry["samples"], size = static_cast<int>(outputs.size()) / samples;
    std::vector<float> gradient(outputs.size());
    const LossFunction function = function_of(entry);
    LossBatch batch = {samples, size, outputs.data(), labels, targets.data(), weights.data(), 1.0f, gradient.data()};
    compute_loss(function, batch);
    batch.gradient = nullptr;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const float at = outputs[i], e = 1e-3f;
      outputs[i] = at + e;
      const double above = compute_loss(function, batch).loss;
      outputs[i] = at - e;
      const double below = compute_loss(function, batch).loss;
      outputs[i] = at;
      EXPECT_NEAR((above - below) / (2 * double{e}), gradient[i], 3e-3) << entry["class_name"];
    }
  }
}

TEST(KerasGolden, Distillation) {
  const json& entry = golden()["distillation"];
  const std::vector<float> student = floats(entry["student"]), teacher = floats(entry["teacher"]);
  std::vector<float> gradient(student.size());
  const LossSums sums = distillation_loss({5, 4, student.data(), {}, teacher.data(), nullptr, 0.2f, gradient.data()},
                                          entry["temperature"]);
  EXPECT_NEAR(sums.loss / 5, entry["loss"].get<double>(), 1e-5);
  expect_near(gradient, floats(entry["gradient"]), 2e-6f, "gradient");
}

// ---- metrics

TEST(KerasGolden, Metrics) {
  for (const json& entry : golden()["metrics"]) {
    const std::vector<float> outputs = floats(entry["outputs"]), targets = floats(entry["targets"]);
    const auto labels = entry["labels"].get<std::vector<std::int32_t>>();
    const OutputKind kind = entry["kind"] == "classes"  ? OutputKind::kClasses
                            : entry["kind"] == "binary" ? OutputKind::kBinary
                                                        : OutputKind::kNumbers;
    const int size = kind == OutputKind::kClasses ? 4 : kind == OutputKind::kBinary ? 1 : 3;
    std::vector<std::string> names;
    for (const auto& item : entry["values"].items()) names.push_back(item.key());
    const Metrics metrics(names, kind, size, 2);
    std::vector<double> counters(metrics.counters());
    const int samples = static_cast<int>(outputs.size()) / size;
    for (int s = 0; s < samples; ++s) {  // one by one, so that adding up is seen
      const std::size_t at = static_cast<std::size_t>(s * size);
      MetricBatch batch = {1, size, outputs.data() + at, false, {}, nullptr};
      if (!labels.empty()) batch.labels = std::span(labels).subspan(static_cast<std::size_t>(s), 1);
      if (!targets.empty()) batch.targets = targets.data() + at;
      metrics.add(batch, counters.data());
    }
    for (const auto& [name, value] : metrics.values(counters)) {
      EXPECT_NEAR(value, entry["values"][name].get<double>(), 1e-6) << entry["kind"] << " " << name;
    }
    if (!entry.contains("exact_auc")) continue;
    double sum = 0.0;
    for (int c = 0; c < size; ++c) {
      std::vector<double> scores;
      std::vector<bool> positive;
      for (int s = 0; s < samples; ++s) {
        scores.push_back(double{outputs[static_cast<std::size_t>(s * size + c)]});
        positive.push_back(labels.empty() ? targets[static_cast<std::size_t>(s)] > 0.5f
                                          : labels[static_cast<std::size_t>(s)] == c);
      }
      sum += exact_auc(scores, positive);
    }
    EXPECT_NEAR(sum / size, entry["exact_auc"].get<double>(), 1e-9);
  }
  EXPECT_THROW(Metrics({"auk"}, OutputKind::kClasses, 3), InputError);
  EXPECT_THROW(Metrics({"r2_score"}, OutputKind::kClasses, 3), InputError);
}

// ---- callbacks

class Watched final : public CallbackContext {
 public:
  double rate = 0.1;
  std::vector<float> current;
  double learning_rate() const override { return rate; }
  void set_learning_rate(double value) override { rate = value; }
  std::vector<float> weights() const override { return current; }
  void keep(const std::string& file) override { kept.push_back(file); }
  std::vector<std::string> kept;
};

TEST(KerasGolden, Callbacks) {
  for (const json& entry : golden()["callbacks"]) {
    const std::string name = entry["class_name"];
    const Callback callback = {name, config_from_json(find_callback(name)->arguments, entry["config"])};
    CallbackState state;
    Watched watched;
    int epochs = 0;
    std::vector<double> rates;
    for (const double value : entry["values"]) {
      const bool stop = run_callback(callback, state, epochs, {{callback.config.text("monitor"), value}}, watched);
      ++epochs;
      rates.push_back(watched.rate);
      if (stop) break;
    }
    EXPECT_EQ(epochs, entry["epochs"].get<int>()) << entry.dump();
    for (std::size_t i = 0; i < rates.size(); ++i) EXPECT_NEAR(rates[i], entry["rates"][i].get<double>(), 1e-7);
  }
}

TEST(Callbacks, TheBestWeightsAreKept) {
  const Callback stopping = {"EarlyStopping", config_from_json(find_callback("EarlyStopping")->arguments,
                                                               {{"patience", 2}, {"restore_best_weights", true}})};
  const Callback keeping = {"ModelCheckpoint",
                            config_from_json(find_callback("ModelCheckpoint")->arguments, {{"monitor", "val_auc"}})};
  CallbackState stopping_state, keeping_state;
  Watched watched;
  int epoch = 0;
  for (const double value : {0.5, 0.4, 0.45, 0.41}) {
    watched.current = {static_cast<float>(epoch)};
    run_callback(stopping, stopping_state, epoch, {{"val_loss", value}}, watched);
    run_callback(keeping, keeping_state, epoch++, {{"val_auc", value}}, watched);
  }
  EXPECT_EQ(stopping_state.weights, std::vector<float>{1.0f});
  EXPECT_EQ(watched.kept, std::vector<std::string>{"best.keras"});
}

TEST(Callbacks, WhatIsNotMeasuredIsNamed) {
  const Callback callback = {"EarlyStopping",
                             config_from_json(find_callback("EarlyStopping")->arguments, {{"monitor", "val_acc"}})};
  EXPECT_THROW(check_callbacks({callback}, {"loss", "val_loss"}, {}), InputError);
  const Callback plateau = {"ReduceLROnPlateau",
                            config_from_json(find_callback("ReduceLROnPlateau")->arguments, json::object())};
  check_callbacks({plateau}, {"val_loss"}, {});
  EXPECT_THROW(check_callbacks({plateau}, {"val_loss"}, {"CosineDecay", {}, {}}), InputError);
}

}  // namespace
}  // namespace thimble
