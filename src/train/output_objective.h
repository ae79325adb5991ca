// What one of the model's outputs is compared with for some samples: loss, metrics, weights of classes, a teacher.
#pragma once

#include <span>
#include <vector>

#include "data/augment.h"
#include "data/dataset.h"
#include "data/metrics.h"
#include "train/loss.h"
#include "train/plan.h"
#include "train/train.h"

namespace thimble {

class OutputObjective {
 public:
  /// Of output number `output`. Throws InputError for a loss or a metric that is not known.
  OutputObjective(const Model& model, std::size_t output, const TrainOptions& options, const TrainPlan& plan);

  /// Throws InputError when the output does not fit the data.
  void check(const Dataset& data) const;

  /// The samples of a shard.
  struct Part {
    std::span<const std::uint32_t> samples;  // which of the data's
    std::size_t place;                       // of the first one in the batch
    const float* input;                      // of the model's first input
    const float* output;
    float* gradient;                  // null: evaluation
    float factor;                     // of the gradient
    std::span<const Mix> mixes = {};  // with which samples each is blended; empty: with none
    const float* teacher = nullptr;   // the rows of a teacher that was asked, of all outputs
  };
  /// Parts of a batch may be computed by different threads.
  LossSums compute(const Dataset& data, const Part& part);

  const std::string& name() const { return name_; }
  const Metrics& metrics() const { return metrics_; }
  bool has_accuracy() const { return function_.of_logits(); }

 private:
  /// The rows of a part in a buffer of the whole batch.
  float* rows(std::vector<float>& buffer, const Part& part) const;
  void find_blended_targets(const Answers& answers, const Part& part, LossBatch& batch);
  void find_targets(const Answers& answers, const Part& part, LossBatch& batch);
  /// The loss by what the teacher gives for the samples of `batch`; its gradient is added.
  double teacher_loss(const Part& part, LossBatch batch);

  std::string name_;
  std::size_t number_;
  LossFunction function_;
  const TrainOptions& options_;
  Metrics metrics_;
  std::size_t size_;                  // numbers of a sample
  std::vector<std::int32_t> labels_;  // of the batch
  const std::vector<float>& class_weight_;
  std::vector<float> targets_, weights_, teacher_, soft_gradient_;
  std::size_t teacher_row_ = 0,
              teacher_first_ = 0;  // of what the teacher gives for a sample: all, and where ours begins
};

/// What an output's activation is computed from, where the loss is computed from that; else the output. The gradient by
/// the logits is the same, and loses no precision. Throws InputError when the activation is not the loss's.
TensorId loss_input(const Model& model, std::size_t output);

}  // namespace thimble
