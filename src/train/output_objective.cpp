#include "train/output_objective.h"

#include <algorithm>

#include "base/error.h"
#include "data/load.h"

namespace thimble {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

OutputKind kind_of(const LossFunction& function) {
  return function.of_classes()  ? OutputKind::kClasses
         : function.of_logits() ? OutputKind::kBinary
                                : OutputKind::kNumbers;
}

/// Those that are for this output only, too.
std::vector<std::string> metrics_for(const TrainOptions& options, const std::string& output) {
  std::vector<std::string> names = options.metrics;
  const auto own = options.output_metrics.find(output);
  if (own != options.output_metrics.end()) names.insert(names.end(), own->second.begin(), own->second.end());
  return names;
}

}  // namespace

TensorId loss_input(const Model& model, std::size_t number) {
  const TensorId output = model.graph.outputs[number];
  const OutputLoss& loss = model.losses[number];
  const LossFunction function = loss_function(loss);
  if (loss.from_logits || !function.of_logits()) return output;
  const int producer = producers(model.graph)[at(output)];
  const char* op = function.of_classes() ? "SOFTMAX" : "LOGISTIC";
  const char* name = function.of_classes() ? "softmax" : "sigmoid";
  require(producer >= 0 && model.graph.nodes[at(producer)].op == op,
          "the loss is not from_logits, but the model does not end with a {}; set from_logits", name);
  return model.graph.nodes[at(producer)].inputs[0];
}

OutputObjective::OutputObjective(const Model& model, std::size_t output, const TrainOptions& options,
                                 const TrainPlan& plan)
    : name_(model.graph.tensor(model.graph.outputs[output]).name),
      number_(output),
      function_(loss_function(model.losses[output])),
      options_(options),
      metrics_(metrics_for(options, name_), kind_of(function_), static_cast<int>(plan.outputs[output].size),
               options.top_k),
      size_(plan.outputs[output].size),
      labels_(at(plan.sharding.batch)),
      targets_(at(plan.sharding.batch) * size_),
      weights_(options.class_weight.empty() ? 0 : at(plan.sharding.batch)),
      teacher_(options.distillation.given() ? targets_.size() : 0) {
  require(teacher_.empty() || (options.augmentation.mixup > 0) == bool(options.distillation.ask),
          "where samples are blended, and only there, the teacher must be asked for each");
  require(options.class_weight.empty() || function_.of_logits(), "class_weight is for losses of classes");
}

void OutputObjective::check(const Dataset& data) const {
  const Answers answers = data.answers(number_);
  if (answers.target_size > 0) {
    require(answers.target_size == size_, "the data has {} targets a sample, the model {} outputs", answers.target_size,
            size_);
    return;
  }
  if (function_.of_classes()) return require_labels_below(data, number_, static_cast<std::int32_t>(size_));
  if (function_.of_logits()) {
    require(size_ == 1, "BinaryCrossentropy of labels needs 1 output, the model has {}", size_);
    return require_labels_below(data, number_, 2);
  }
  require(size_ == 1 || (size_ == data.sample_size() && data.parts.empty() && data.outputs() == 1),
          "a loss of numbers needs 1 output for the label, or {} for the input itself; the model has {}",
          data.sample_size(), size_);
}

float* OutputObjective::rows(std::vector<float>& buffer, const Part& part) const {
  return buffer.data() + part.place * size_;
}

/// Of classes: probabilities.
void OutputObjective::find_blended_targets(const Answers& answers, const Part& part, LossBatch& batch) {
  float* targets = rows(targets_, part);
  batch.targets = targets;
  const auto add = [&](std::uint32_t sample, float share) {
    if (answers.target_size > 0) {
      const float* own = answers.targets.data() + std::size_t{sample} * size_;
      for (std::size_t k = 0; k < size_; ++k) targets[k] += share * own[k];
    } else if (function_.of_classes()) {
      targets[at(answers.labels[sample])] += share;
    } else {
      targets[0] += share * static_cast<float>(answers.labels[sample]);
    }
  };
  for (std::size_t i = 0; i < part.samples.size(); ++i, targets += size_) {
    std::fill_n(targets, size_, 0.0f);
    add(part.samples[i], part.mixes[i].share);
    add(part.mixes[i].partner, 1.0f - part.mixes[i].share);
  }
}

void OutputObjective::find_targets(const Answers& answers, const Part& part, LossBatch& batch) {
  const bool autoencoder = answers.target_size == 0 && !function_.of_classes() && size_ > 1;
  if (!part.mixes.empty() && !autoencoder) return find_blended_targets(answers, part, batch);
  if (answers.target_size > 0) {
    float* targets = rows(targets_, part);
    batch.targets = targets;
    for (const std::uint32_t i : part.samples) {
      targets = std::copy_n(answers.targets.data() + std::size_t{i} * size_, size_, targets);
    }
    return;
  }
  if (function_.of_classes()) {
    const std::span<std::int32_t> labels = std::span(labels_).subspan(part.place, part.samples.size());
    std::ranges::transform(part.samples, labels.begin(), [&](std::uint32_t i) { return answers.labels[i]; });
    batch.labels = labels;
    return;
  }
  if (size_ == 1) {
    float* targets = rows(targets_, part);
    batch.targets = targets;
    for (const std::uint32_t i : part.samples) *targets++ = static_cast<float>(answers.labels[i]);
    return;
  }
  batch.targets = part.input;  // an autoencoder
}

LossSums OutputObjective::compute(const Dataset& data, const Part& part) {
  LossBatch batch;
  batch.samples = static_cast<int>(part.samples.size());
  batch.size = static_cast<int>(size_);
  batch.outputs = part.output;
  batch.factor = part.factor;
  batch.gradient = part.gradient;
  find_targets(data.answers(number_), part, batch);
  const bool training = part.gradient != nullptr;
  if (training && !weights_.empty()) {
    float* weights = weights_.data() + part.place;
    batch.weights = weights;
    for (const std::uint32_t i : part.samples) *weights++ = options_.class_weight[at(data.labels[i])];
  }
  const Distillation& distillation = options_.distillation;
  const bool taught = training && !teacher_.empty();
  if (taught) batch.factor *= distillation.alpha;
  LossSums sums = compute_loss(function_, batch);
  if (!metrics_.empty()) {
    sums.metrics.assign(metrics_.counters(), 0.0);
    metrics_.add({batch.samples, batch.size, batch.outputs, function_.of_logits(), batch.labels, batch.targets},
                 sums.metrics.data());
  }
  if (!taught) return sums;
  float* teacher = rows(teacher_, part);
  LossBatch soft = batch;
  soft.targets = teacher;
  soft.labels = {};
  soft.factor = part.factor * (1.0f - distillation.alpha);
  if (part.teacher != nullptr) {
    std::copy_n(part.teacher, part.samples.size() * size_, teacher);
  } else {
    for (const std::uint32_t i : part.samples) {
      teacher = std::copy_n(distillation.teacher.data() + std::size_t{i} * size_, size_, teacher);
    }
  }
  sums.loss = double{distillation.alpha} * sums.loss +
              double{1.0f - distillation.alpha} * distillation_loss(soft, distillation.temperature).loss;
  return sums;
}

}  // namespace thimble
