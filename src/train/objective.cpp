#include "train/objective.h"

#include <algorithm>

#include "base/error.h"
#include "train/parameter_update.h"

namespace thimble {
namespace {

constexpr int kLeastShards = 4;  // of a batch

constexpr std::size_t kOwnCounters = 3;  // of each of several outputs: loss, correct, samples

Shape without_batch(const Shape& shape) {
  return Shape(shape.begin() + std::min<std::ptrdiff_t>(1, std::ssize(shape)), shape.end());
}

}  // namespace

bool runs_together(const Model& model, const TrainOptions& options) {
  // Augmented samples are made by one rank each.
  return options.ranks && options.ranks->share_memory() && options.ranks->size() <= kLeastShards &&
         !options.augmentation.any() && moves_each_alone(model);
}

TrainPlan plan_for(const Model& model, const TrainOptions& options) {
  require(model.losses.size() == model.graph.outputs.size(), "the model has {} outputs and {} losses",
          model.graph.outputs.size(), model.losses.size());
  require(options.batch_size > 0 && options.batch_size <= (1 << 20), "batch_size is {}; it must be from 1 to {}",
          options.batch_size, 1 << 20);
  std::vector<TensorId> ends;
  for (std::size_t k = 0; k < model.losses.size(); ++k) ends.push_back(loss_input(model, k));
  const auto of_numbers = [](const OutputLoss& loss) { return !loss_function(loss).of_logits(); };
  const bool reads_input = std::ranges::any_of(model.losses, of_numbers);  // it may be the target
  const int ranks = options.ranks ? options.ranks->size() : 1;
  require(options.batch_size >= ranks, "a batch of {} samples is too small for {} ranks", options.batch_size, ranks);
  const auto plan = [&](int parts) {
    const int batch = (options.batch_size + parts - 1) / parts, least = (kLeastShards + parts - 1) / parts;
    return plan_training(model.graph, ends, batch, options.fuse, least, reads_input);
  };
  if (runs_together(model, options)) {
    TrainPlan whole = plan(1);
    if (whole.front()) return whole;
  }
  return plan(ranks);
}

Objective::Objective(const Model& model, const TrainOptions& options, const TrainPlan& plan) {
  const bool several = model.losses.size() > 1;
  require(!several || options.class_weight.empty(), "class_weight: the model has several outputs; name one");
  for (const TensorId input : model.graph.inputs) inputs_.push_back(without_batch(model.graph.tensor(input).shape));
  for (std::size_t k = 0; k < model.losses.size(); ++k) {
    outputs_.emplace_back(model, k, options, plan);
    weights_.push_back(static_cast<float>(model.losses[k].weight));
  }
  const auto require_output = [&](const char* what, const std::string& name) {
    const auto has_name = [&](const OutputObjective& output) { return output.name() == name; };
    require(std::ranges::any_of(outputs_, has_name), "{}: the model has no output '{}'", what, name);
  };
  for (const auto& entry : options.output_metrics) require_output("metrics", entry.first);
  for (const auto& entry : options.output_class_weight) require_output("class_weight", entry.first);
}

void Objective::check_inputs(const Dataset& data) const {
  require(data.size() > 0, "the data set has no samples");
  const std::vector<Shape> shapes = data.input_shapes();
  require(shapes.size() == inputs_.size(), "the data has {} inputs, the model {}", shapes.size(), inputs_.size());
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    require(inputs_[k] == shapes[k], "the data's samples are {}, the model's input is {}", to_string(shapes[k]),
            to_string(inputs_[k]));
  }
}

void Objective::check(const Dataset& data) const {
  check_inputs(data);
  require(data.outputs() == outputs_.size(), "the data has labels for {} outputs, the model has {}", data.outputs(),
          outputs_.size());
  if (outputs_.size() == 1) return outputs_[0].check(data);
  for (const OutputObjective& output : outputs_) {
    with_context(fmt::format("output '{}'", output.name()), [&] { output.check(data); });
  }
}

LossSums Objective::compute(const Dataset& data, const Part& part) {
  const auto of_output = [&](std::size_t k) {
    return outputs_[k].compute(data, {part.samples, part.place, part.input, part.outputs[k],
                                      part.gradients.empty() ? nullptr : part.gradients[k], part.factor * weights_[k],
                                      part.mixes, part.teacher});
  };
  if (outputs_.size() == 1) {
    LossSums sums = of_output(0);
    if (weights_[0] != 1.0f) sums.loss *= double{weights_[0]};
    return sums;
  }
  LossSums sums;
  for (std::size_t k = 0; k < outputs_.size(); ++k) {
    const LossSums own = of_output(k);
    sums.loss += double{weights_[k]} * own.loss;
    sums.metrics.insert(sums.metrics.end(), {own.loss, own.correct, static_cast<double>(part.samples.size())});
    sums.metrics.insert(sums.metrics.end(), own.metrics.begin(), own.metrics.end());
  }
  return sums;
}

std::size_t Objective::counters() const {
  std::size_t count = outputs_.size() > 1 ? kOwnCounters * outputs_.size() : 0;
  for (const OutputObjective& output : outputs_) count += output.metrics().counters();
  return count;
}

std::vector<std::pair<std::string, double>> Objective::values(std::span<const double> counters) const {
  if (outputs_.size() == 1) return outputs_[0].metrics().values(counters);
  std::vector<std::pair<std::string, double>> values;
  for (const OutputObjective& output : outputs_) {
    const double samples = std::max(1.0, counters[2]);
    const std::string prefix = output.name() + "_";
    if (output.has_accuracy()) values.emplace_back(prefix + "accuracy", counters[1] / samples);
    values.emplace_back(prefix + "loss", counters[0] / samples);
    counters = counters.subspan(kOwnCounters);
    const std::size_t own = output.metrics().counters();
    for (const auto& [name, value] : output.metrics().values(counters.first(own)))
      values.emplace_back(prefix + name, value);
    counters = counters.subspan(own);
  }
  return values;
}

}  // namespace thimble
