#include "compress/compress.h"

#include <chrono>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

#include "base/error.h"
#include "compress/chip_weights.h"
#include "compress/score.h"
#include "compress/write_back.h"
#include "ops/op.h"
#include "passes/pipeline.h"
#include "quant/calibrate.h"
#include "quant/trained.h"
#include "quant/weight_plan.h"
#include "run/evaluate.h"
#include "train/loss.h"

namespace thimble {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

/// The model as it will be converted, but for layers that training knows better than their expansion, and its optimizer
/// anew: without a schedule, and without averages, which would not be on the grids that training sees.
Model ready_for_chip(const Model& model) {
  Model result;
  result.graph = model.graph;
  result.losses = model.losses;
  result.optimizer.class_name = model.optimizer.class_name;
  result.optimizer.config = model.optimizer.config;
  if (result.optimizer.config.has("use_ema")) result.optimizer.config.set("use_ema", false);
  simplify_to_train(result.graph);
  return result;
}

/// Weights that folding has made anew can be trained, too.
ChipParameters make_trainable(Graph& graph, const Graph& chip, const std::vector<WeightColumns>& columns) {
  for (const ChipWeights& weights : chip_parameters(graph, chip, columns).weights) {
    graph.tensor(weights.trained).trainable = true;
    if (weights.bias != kNoTensor && at(weights.bias) < graph.tensors.size()) {
      graph.tensor(weights.bias).trainable = true;
    }
  }
  return chip_parameters(graph, chip, columns);
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
        chip_(model_.graph) {
    options_.fuse = false;  // each layer's output is constrained
    const std::vector<WeightColumns> columns = expand_for_chip(chip_);
    parameters_ = make_trainable(model_.graph, chip_, columns);
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
    ranges_ = observe(chip_graph(), calibration_);
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
    const LossAndAccuracy tested = evaluate_model();
    EpochResult result{trained.loss, trained.accuracy, tested.loss, tested.accuracy, seconds, {}};
    for (const auto& [name, value] : trained.metrics) result.more[name] = value;
    for (const auto& [name, value] : tested.metrics) result.more["val_" + name] = value;
    return result;
  }

  /// With the weights as they are now, and the ranges that they were trained with.
  Graph integer_model() const { return quantize(chip_graph(), ranges_, options_with(integer_forms())); }

  /// Gives `model` the trained weights, and what its tensors become.
  void write_back_to(Model& model) const {
    model.integer_forms.clear();
    if (!write_back(model, seen_graph())) return;
    const std::vector<std::string> names = form_names(chip_);
    for (const auto& [id, form] : integer_forms()) model.integer_forms[names[at(id)]] = form;
  }

 private:
  QuantizeOptions options_with(std::map<TensorId, IntegerForm> given) const {
    return {.scheme = compression_.scheme, .float_io = false, .given = std::move(given)};
  }
  Type activation_type() const { return compression_.scheme == Scheme::kInt8 ? Type::kInt8 : Type::kInt16; }

  /// As trained, in the chip's shape.
  std::vector<float> values_of(const ChipWeights& weights) const {
    const auto trained = model_.graph.tensor(weights.trained).values<float>();
    if (weights.columns()) return columns_of(weights, chip_.tensor(weights.chip).shape, trained);
    return {trained.begin(), trained.end()};
  }

  /// What trained operands other than weights become.
  std::map<TensorId, IntegerForm> operand_forms() const {
    std::map<TensorId, IntegerForm> result;
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      const ChipWeights& weights = parameters_.weights[i];
      if (weights.kind != ChipWeights::Kind::kTable) continue;
      result[weights.chip] = {activation_type(), plans_[i].quantization(values_of(weights))};
    }
    for (const TensorId id : parameters_.constants) {
      const Range range = range_of(model_.graph.tensor(id).values<float>());
      result[id] = {activation_type(), choose_activation(range, activation_type())};
    }
    return result;
  }

  /// What the chip's weights and values become.
  std::map<TensorId, IntegerForm> integer_forms() const {
    std::map<TensorId, IntegerForm> result = operand_forms();
    const Graph chip = chip_graph();
    const Graph integer = quantize_keeping_ids(chip, ranges_, options_with(result));
    for (const auto& [id, grid] : grids_of(chip, integer)) {
      result[id] = {integer.tensor(id).type, integer.tensor(id).quantization};
    }
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      const ChipWeights& weights = parameters_.weights[i];
      const std::vector<float> values = values_of(weights);
      if (weights.kind == ChipWeights::Kind::kMatrix) {
        result[weights.chip] = {Type::kInt8, plans_[i].quantization(values)};
      } else if (weights.kind == ChipWeights::Kind::kChannels) {
        BiasOf bias;
        if (weights.bias != kNoTensor && weights.input != kNoTensor) {
          bias = {chip.tensor(weights.bias).values<float>(), integer.tensor(weights.input).scale()};
        }
        result[weights.chip] = {type_of(compression_.weights), plans_[i].quantization(values, bias)};
      }
    }
    return result;
  }

  double rate_in(int epoch) const {
    const double done = epoch / static_cast<double>(compression_.epochs);
    return double{compression_.learning_rate} * 0.5 * (1.0 + std::cos(std::numbers::pi * done));
  }

  /// What is pruned stays 0, and so among the smallest, whatever its gradient was.
  void keep_pruned() {
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      const ChipWeights& weights = parameters_.weights[i];
      Tensor& trained = model_.graph.tensor(weights.trained);
      std::vector<float> values = plans_[i].pruned(values_of(weights));
      if (weights.columns()) {
        std::vector<float> matrix(trained.values<float>().begin(), trained.values<float>().end());
        put_columns(weights, chip_.tensor(weights.chip).shape, values, matrix);
        values = std::move(matrix);
      }
      trained.data = make_data(values);
    }
  }

  void plan_weights(int epoch) {
    plans_.clear();
    for (const ChipWeights& weights : parameters_.weights) {
      const Tensor& chip = chip_.tensor(weights.chip);
      const bool by_channel = weights.kind == ChipWeights::Kind::kChannels;
      // The gates of a recurrent layer, or a table, have no channels that could go alone.
      const bool kept = compression_.structured && (weights.last || weights.columns() || !by_channel);
      plans_.emplace_back(values_of(weights), by_channel ? chip.shape : Shape{1, static_cast<int>(chip.elements())},
                          weights.axis,
                          WeightPlan::Options{.form = compression_.weights,
                                              .sparsity = kept ? 0.0F : sparsity_in(compression_, epoch),
                                              .structured = compression_.structured,
                                              .clusters = compression_.clusters});
    }
  }

  void see_weights(std::size_t i, std::span<const float> trained, std::span<float> seen) const {
    const ChipWeights& weights = parameters_.weights[i];
    if (!weights.columns()) return plans_[i].see(trained, seen);
    const Shape& shape = chip_.tensor(weights.chip).shape;
    std::vector<float> values = columns_of(weights, shape, trained);
    plans_[i].see(std::vector<float>(values), values);
    put_columns(weights, shape, values, seen);
  }

  /// How training sees its parameters: as the chip will have them.
  std::map<TensorId, SeeWeights> seen_parameters() const {
    std::map<TensorId, std::vector<std::size_t>> parts;
    std::map<TensorId, SeeWeights> result;
    for (std::size_t i = 0; i < plans_.size(); ++i) {
      const ChipWeights& weights = parameters_.weights[i];
      parts[weights.trained].push_back(i);
      if (weights.bias == kNoTensor || at(weights.bias) >= model_.graph.tensors.size()) continue;
      result[weights.bias] = [&plan = plans_[i]](auto trained, auto seen) { plan.see_bias(trained, seen); };
    }
    for (const auto& [id, own] : parts) {
      result[id] = [this, indices = own](auto trained, auto seen) {
        for (const std::size_t i : indices) see_weights(i, trained, seen);
      };
    }
    for (const TensorId id : parameters_.constants) {
      result[id] = [this](auto trained, auto seen) {
        std::ranges::copy(trained, seen.begin());
        snap(grid_of(activation_type(), choose_activation(range_of(trained), activation_type())), seen);
      };
    }
    return result;
  }

  /// The float graph with its weights as the chip will have them.
  Graph seen_graph() const {
    Graph graph = model_.graph;
    for (const auto& [id, see] : seen_parameters()) {
      const auto trained = model_.graph.tensor(id).values<float>();
      std::vector<float> seen(trained.size());
      see(trained, std::span<float>(seen));
      graph.tensor(id).data = make_data(seen);
    }
    return graph;
  }
  Graph chip_graph() const {
    Graph graph = seen_graph();
    expand_for_chip(graph);
    return graph;
  }

  Constraints constraints() const {
    Constraints result;
    const Graph integer = quantize_keeping_ids(chip_, ranges_, options_with(operand_forms()));
    result.values = grids_of(model_.graph, integer);
    for (const TensorId id : parameters_.moved) result.values.erase(id);  // as they come from the table
    result.weights = seen_parameters();
    return result;
  }

  /// As training has it; of a classifier, to the last bit as `thimble eval` has it.
  LossAndAccuracy evaluate_model() const {
    const Graph integer = integer_model();
    LossAndAccuracy result = score(model_, integer, test_, options_);
    if (model_.losses.size() > 1 || !loss_function(model_.losses[0]).of_logits()) return result;
    const Evaluation tested = evaluate(prepare(integer), test_, options_.threads);
    result.loss = tested.loss;
    result.accuracy = tested.accuracy;
    return result;
  }

  const Dataset& train_;
  const Dataset& test_;
  Dataset calibration_;
  Compression compression_;
  TrainOptions options_;
  Model model_;
  Graph chip_;  // what model_ expands to, with the weights that it began with
  ChipParameters parameters_;
  std::vector<WeightPlan> plans_;  // of parameters_.weights, for this epoch
  std::vector<Range> ranges_;
};

}  // namespace

ValueGrid grid_of(Type type, const Quantization& quantization) {
  const auto zero = static_cast<float>(quantization.zero_points[0]);
  return {quantization.scales[0], static_cast<float>(min_of(type)) - zero, static_cast<float>(max_of(type)) - zero};
}

std::map<TensorId, ValueGrid> grids_of(const Graph& graph, const Graph& integer) {
  std::map<TensorId, ValueGrid> result;
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
    const Tensor& tensor = integer.tensors[i];
    if (graph.tensors[i].constant() || (tensor.type != Type::kInt8 && tensor.type != Type::kInt16)) continue;
    if (!tensor.quantization.present()) continue;
    result[static_cast<TensorId>(i)] = grid_of(tensor.type, tensor.quantization);
  }
  return result;
}

LossAndAccuracy validation_of(const EpochResult& epoch) {
  constexpr std::string_view kPrefix = "val_";
  LossAndAccuracy result{epoch.val_loss, epoch.val_accuracy, {}};
  for (const auto& [name, value] : epoch.more) {
    if (name.starts_with(kPrefix)) result.metrics.emplace_back(name.substr(kPrefix.size()), value);
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
                               validation_note(validation_of(*done)));
    result.epochs.push_back(*done);
    // The last one's choice of weights is part of the result: it is made again.
    if (checkpoints.save && epoch + 1 < compression.epochs) checkpoints.save(compressor.state(result.epochs));
  }
  result.integer_model = compressor.integer_model();
  compressor.write_back_to(model);
  return result;
}

}  // namespace thimble
