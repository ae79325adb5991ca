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

const std::vector<float>& class_weight_for(const TrainOptions& options, const std::string& output) {
  const auto own = options.output_class_weight.find(output);
  return own == options.output_class_weight.end() ? options.class_weight : own->second;
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
      class_weight_(class_weight_for(options, name_)),
      targets_(at(plan.sharding.batch) * size_),
      weights_(class_weight_.empty() ? 0 : at(plan.sharding.batch)),
      teacher_(options.distillation.given() ? targets_.size() : 0),
      soft_gradient_(function_.of_classes() ? 0 : teacher_.size()) {
  for (std::size_t k = 0; k < plan.outputs.size(); ++k) {
    if (k < output) teacher_first_ += plan.outputs[k].size;
    teacher_row_ += plan.outputs[k].size;
  }
  require(teacher_.empty() || (options.augmentation.mixup > 0) == bool(options.distillation.ask),
          "where samples are blended, and only there, the teacher must be asked for each");
  require(class_weight_.empty() || function_.of_logits(), "class_weight is for losses of classes");
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

double OutputObjective::teacher_loss(const Part& part, LossBatch batch) {
  const Distillation& distillation = options_.distillation;
  float* teacher = rows(teacher_, part);
  batch.targets = teacher;
  batch.labels = {};
  for (std::size_t i = 0; i < part.samples.size(); ++i) {
    const float* row = part.teacher != nullptr ? part.teacher + i * teacher_row_
                                               : distillation.teacher.data() + part.samples[i] * teacher_row_;
    teacher = std::copy_n(row + teacher_first_, size_, teacher);
  }
  if (function_.of_classes()) return distillation_loss(batch, distillation.temperature).loss;
  float* gradient = batch.gradient;
  batch.gradient = rows(soft_gradient_, part);
  const double loss = compute_loss(function_, batch).loss;
  for (std::size_t k = 0; k < part.samples.size() * size_; ++k) gradient[k] += batch.gradient[k];
  return loss;
}

LossSums OutputObjective::compute(const Dataset& data, const Part& part) {
  LossBatch batch;
  batch.samples = static_cast<int>(part.samples.size());
  batch.size = static_cast<int>(size_);
  batch.outputs = part.output;
  batch.factor = part.factor;
  batch.gradient = part.gradient;
  const Answers answers = data.answers(number_);
  find_targets(answers, part, batch);
  const bool training = part.gradient != nullptr;
  if (training && !weights_.empty()) {
    float* weights = weights_.data() + part.place;
    batch.weights = weights;
    for (const std::uint32_t i : part.samples) *weights++ = class_weight_[at(answers.labels[i])];
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
  batch.factor = part.factor * (1.0f - distillation.alpha);
  sums.loss = double{distillation.alpha} * sums.loss + double{1.0f - distillation.alpha} * teacher_loss(part, batch);
  return sums;
}

}  // namespace thimble
