#include "compress/compress.h"

#include <chrono>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

#include "base/error.h"
#include "compress/write_back.h"
#include "ops/op.h"
#include "passes/pipeline.h"
#include "quant/calibrate.h"
#include "quant/weight_plan.h"
#include "run/evaluate.h"

namespace thimble {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

/// A layer's weights in the graph.
struct LayerWeights {
  TensorId weights = kNoTensor;
  TensorId bias = kNoTensor;   // or none
  TensorId input = kNoTensor;  // what the weights are multiplied by
  int axis = 0;                // of the channels
  bool last = false;           // makes the model's output
};

std::vector<LayerWeights> weights_of(const Graph& graph) {
  std::vector<LayerWeights> result;
  const auto constant = [&](const Node& node, int index) {
    if (index < 0 || at(index) >= node.inputs.size() || node.inputs[at(index)] == kNoTensor) return false;
    const Tensor& tensor = graph.tensor(node.inputs[at(index)]);
    return tensor.constant() && tensor.type == Type::kFloat32;
  };
  std::vector<TensorId> ends = graph.outputs;
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    const QuantizationRule& rule = op_of(*node).quantization;
    const bool makes_end = std::ranges::count(ends, node->outputs[0]) > 0;
    if (!constant(*node, rule.weights_input)) {
      if (makes_end && !node->inputs.empty()) ends.push_back(node->inputs[0]);
      continue;
    }
    LayerWeights layer{.weights = node->inputs[at(rule.weights_input)],
                       .bias = kNoTensor,
                       .input = node->inputs[0],
                       .axis = rule.weights_axis,
                       .last = makes_end};
    if (constant(*node, rule.bias_input)) layer.bias = node->inputs[at(rule.bias_input)];
    result.push_back(layer);
  }
  return result;
}

/// The model as it will be converted, with weights that can be trained, and its optimizer anew: without a schedule, and
/// without averages, which would not be on the grids that training sees.
Model ready_for_chip(const Model& model) {
  Model result;
  result.graph = model.graph;
  result.losses = model.losses;
  result.optimizer.class_name = model.optimizer.class_name;
  result.optimizer.config = model.optimizer.config;
  if (result.optimizer.config.has("use_ema")) result.optimizer.config.set("use_ema", false);
  simplify(result.graph);
  for (const LayerWeights& layer : weights_of(result.graph)) {
    result.graph.tensor(layer.weights).trainable = true;
    if (layer.bias != kNoTensor) result.graph.tensor(layer.bias).trainable = true;
  }
  return result;
}

class Compressor {
 public:
  Compressor(const Model& model, const Dataset& train, const Dataset& test, const Compression& compression,
             const TrainOptions& options)
      : train_(train),
        test_(test),
        calibration_(train.first(at(compression.calibration_samples))),
        compression_(compression),
        options_(options),
        model_(ready_for_chip(model)),
        layers_(weights_of(model_.graph)) {
    options_.fuse = false;  // each layer's output is constrained
  }

  /// What changes from epoch to epoch, after those in `history`; and back.
  NpzArrays state(const std::vector<EpochResult>& history) const {
    const int epochs = static_cast<int>(history.size());
    NpzArrays arrays = to_arrays({.position = {.epoch = epochs}, .history = history});
    const OptimizerState& optimizer = model_.optimizer;
    arrays["iterations"] = make_npy<std::int64_t>({1}, std::vector{optimizer.iterations});
    for (std::size_t t = 0; t < optimizer.tensors.size(); ++t) {
      const auto put = [&](const std::string& what, std::span<const float> values) {
        arrays[fmt::format("{}/{}", what, optimizer.tensors[t])] =
            make_npy<float>({static_cast<std::int64_t>(values.size())}, values);
      };
      put("weights", model_.graph.tensor(optimizer.tensors[t]).values<float>());
      for (std::size_t s = 0; s < optimizer.slots.size(); ++s) put(fmt::format("slot/{}", s), optimizer.slots[s][t]);
    }
    return arrays;
  }
  std::vector<EpochResult> go_on_from(const NpzArrays& arrays) {
    OptimizerState& optimizer = model_.optimizer;
    optimizer.iterations = arrays.at("iterations").values<std::int64_t>()[0];
    constexpr const char* kWeights = "weights/";
    for (const auto& [name, array] : arrays) {
      if (!name.starts_with(kWeights)) continue;
      const std::string number = name.substr(std::string(kWeights).size());
      const TensorId id = std::stoi(number);
      const auto values = array.values<float>();
      require(id >= 0 && id < std::ssize(model_.graph.tensors) && model_.graph.tensor(id).trainable &&
                  std::cmp_equal(values.size(), model_.graph.tensor(id).elements()),
              "the checkpoint is of another model; train without --resume");
      model_.graph.tensor(id).data = make_data(std::vector<float>(values.begin(), values.end()));
      optimizer.tensors.push_back(id);
      for (std::size_t s = 0; arrays.contains(fmt::format("slot/{}/{}", s, number)); ++s) {
        const auto slot = arrays.at(fmt::format("slot/{}/{}", s, number)).values<float>();
        if (optimizer.slots.size() <= s) optimizer.slots.emplace_back();
        optimizer.slots[s].emplace_back(slot.begin(), slot.end());
      }
    }
    return train_state_from(arrays).history;
  }

  /// None: `step_done` broke it off.
  std::optional<EpochResult> run_epoch(int epoch, const Trainer::StepDone& step_done) {
    plan_weights(epoch);
    ranges_ = observe(seen_graph(), calibration_);
    model_.optimizer.config.set("learning_rate", rate_in(epoch));
    Trainer trainer(model_, options_);
    trainer.constrain(constraints());
    EpochPosition position{.epoch = options_.epochs + epoch};
    const auto start = std::chrono::steady_clock::now();
    if (!trainer.run_epoch(train_, position, step_done)) return std::nullopt;
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const LossAndAccuracy trained = trainer.so_far();
    trainer.save();
    keep_pruned();
    const LossAndAccuracy tested = evaluate_model(trainer);
    return EpochResult{trained.loss, trained.accuracy, tested.loss, tested.accuracy, seconds, {}};
  }

  /// With the weights as they are now, and the ranges that they were trained with.
  Graph integer_model() const { return quantize(seen_graph(), ranges_, options_with(integer_forms())); }

  /// Gives `model` the trained weights, and what its tensors become.
  void write_back_to(Model& model) const {
    model.integer_forms.clear();
    if (!write_back(model, seen_graph())) return;
    for (const auto& [id, form] : integer_forms()) model.integer_forms[model_.graph.tensor(id).name] = form;
  }

 private:
  QuantizeOptions options_with(std::map<TensorId, IntegerForm> given) const {
    return {.scheme = compression_.scheme, .float_io = false, .given = std::move(given)};
  }

  /// What the model's weights and values become.
  std::map<TensorId, IntegerForm> integer_forms() const {
    std::map<TensorId, IntegerForm> result;
    const Graph integer = integer_values();
    for (const auto& [id, grid] : grids_of(model_.graph, integer)) {
      result[id] = {integer.tensor(id).type, integer.tensor(id).quantization};
    }
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const LayerWeights& layer = layers_[i];
      BiasOf bias{.values = {}, .input_scale = integer.tensor(layer.input).scale()};
      if (layer.bias != kNoTensor) bias.values = model_.graph.tensor(layer.bias).values<float>();
      result[layer.weights] = {type_of(compression_.weights),
                               plans_[i].quantization(model_.graph.tensor(layer.weights).values<float>(), bias)};
    }
    return result;
  }

  double rate_in(int epoch) const {
    const double done = epoch / static_cast<double>(compression_.epochs);
    return double{compression_.learning_rate} * 0.5 * (1.0 + std::cos(std::numbers::pi * done));
  }

  /// What is pruned stays 0, and so among the smallest, whatever its gradient was.
  void keep_pruned() {
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      Tensor& weights = model_.graph.tensor(layers_[i].weights);
      weights.data = make_data(plans_[i].pruned(weights.values<float>()));
    }
  }

  void plan_weights(int epoch) {
    plans_.clear();
    for (const LayerWeights& layer : layers_) {
      const Tensor& weights = model_.graph.tensor(layer.weights);
      const bool kept = compression_.structured && layer.last;
      plans_.emplace_back(weights.values<float>(), weights.shape, layer.axis,
                          WeightPlan::Options{.form = compression_.weights,
                                              .sparsity = kept ? 0.0F : sparsity_in(compression_, epoch),
                                              .structured = compression_.structured,
                                              .clusters = compression_.clusters});
    }
  }

  /// The float graph with its weights as the chip will have them.
  Graph seen_graph() const {
    Graph graph = model_.graph;
    const auto see = [&](TensorId id, const auto& seen_by) {
      const auto trained = model_.graph.tensor(id).values<float>();
      std::vector<float> seen(trained.size());
      seen_by(trained, std::span<float>(seen));
      graph.tensor(id).data = make_data(seen);
    };
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      see(layers_[i].weights, [&](auto trained, auto seen) { plans_[i].see(trained, seen); });
      if (layers_[i].bias == kNoTensor) continue;
      see(layers_[i].bias, [&](auto trained, auto seen) { plans_[i].see_bias(trained, seen); });
    }
    return graph;
  }

  Graph integer_values() const { return quantize_keeping_ids(model_.graph, ranges_, options_with({})); }

  Constraints constraints() const {
    Constraints result;
    result.values = grids_of(model_.graph, integer_values());
    for (std::size_t i = 0; i < layers_.size(); ++i) {
      const WeightPlan& plan = plans_[i];
      result.weights[layers_[i].weights] = [&plan](auto trained, auto seen) { plan.see(trained, seen); };
      if (layers_[i].bias == kNoTensor) continue;
      result.weights[layers_[i].bias] = [&plan](auto trained, auto seen) { plan.see_bias(trained, seen); };
    }
    return result;
  }

  LossAndAccuracy evaluate_model(Trainer& trainer) const {
    if (model_.losses.size() > 1 || model_.losses[0].class_name.find("Crossentropy") == std::string::npos) {
      return trainer.evaluate(test_);
    }
    const Evaluation tested = evaluate(prepare(integer_model()), test_, options_.threads);
    return {tested.loss, tested.accuracy};
  }

  const Dataset& train_;
  const Dataset& test_;
  Dataset calibration_;
  Compression compression_;
  TrainOptions options_;
  Model model_;
  std::vector<LayerWeights> layers_;
  std::vector<WeightPlan> plans_;  // of the layers, for this epoch
  std::vector<Range> ranges_;
};

}  // namespace

std::map<TensorId, ValueGrid> grids_of(const Graph& graph, const Graph& integer) {
  std::map<TensorId, ValueGrid> result;
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
    const Tensor& tensor = integer.tensors[i];
    if (graph.tensors[i].constant() || (tensor.type != Type::kInt8 && tensor.type != Type::kInt16)) continue;
    if (!tensor.quantization.present()) continue;
    const auto zero = static_cast<float>(tensor.zero_point());
    result[static_cast<TensorId>(i)] = {tensor.scale(), static_cast<float>(min_of(tensor.type)) - zero,
                                        static_cast<float>(max_of(tensor.type)) - zero};
  }
  return result;
}

CompressResult compress(Model& model, const Dataset& train, const Dataset& test, const Compression& compression,
                        const TrainOptions& options, Progress& progress, const std::function<bool()>& stop,
                        const CompressCheckpoints& checkpoints) {
  Compressor compressor(model, train, test, compression, options);
  CompressResult result;
  if (!checkpoints.start.empty()) result.epochs = compressor.go_on_from(checkpoints.start);
  for (int epoch = static_cast<int>(result.epochs.size()); epoch < compression.epochs; ++epoch) {
    progress.line(fmt::format("Epoch {}/{} for the chip", epoch + 1, compression.epochs));
    int steps = 0;
    const auto done = compressor.run_epoch(epoch, [&](int step, int all, const LossAndAccuracy& so_far) {
      steps = all;
      if (step % 16 == 0) progress.update(step, all, progress_note(0, 0, so_far));
      return stop && stop();
    });
    if (!done) return {{}, std::move(result.epochs), true};
    progress.finish(steps, progress_note(done->seconds, steps, {done->loss, done->accuracy, {}}) +
                               validation_note({done->val_loss, done->val_accuracy, {}}));
    result.epochs.push_back(*done);
    // The last one's choice of weights is part of the result: it is made again.
    if (checkpoints.save && epoch + 1 < compression.epochs) checkpoints.save(compressor.state(result.epochs));
  }
  result.integer_model = compressor.integer_model();
  compressor.write_back_to(model);
  return result;
}

}  // namespace thimble
