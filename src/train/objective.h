// What the outputs for some samples are compared with: loss, metrics, weights of classes, a teacher.
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

class Objective {
 public:
  /// Throws InputError for a loss or a metric that is not known.
  Objective(const Model& model, const TrainOptions& options, const TrainPlan& plan);

  /// Throws InputError when the model's outputs do not fit the data.
  void check(const Dataset& data) const;

  /// The samples of a shard.
  struct Part {
    std::span<const std::uint32_t> samples;  // which of the data's
    std::size_t place;                       // of the first one in the batch
    const float* input;
    const float* output;
    float* gradient;                  // null: evaluation
    float factor;                     // of the gradient
    std::span<const Mix> mixes = {};  // with which samples each is blended; empty: with none
  };
  /// Parts of a batch may be computed by different threads.
  LossSums compute(const Dataset& data, const Part& part);

  const Metrics& metrics() const { return metrics_; }
  bool has_accuracy() const { return function_.of_logits(); }

 private:
  /// The rows of a part in a buffer of the whole batch.
  float* rows(std::vector<float>& buffer, const Part& part) const;
  void find_blended_targets(const Dataset& data, const Part& part, LossBatch& batch);
  void find_targets(const Dataset& data, const Part& part, LossBatch& batch);

  LossFunction function_;
  const TrainOptions& options_;
  Metrics metrics_;
  std::size_t input_size_, size_;     // numbers of a sample
  std::vector<std::int32_t> labels_;  // of the batch
  std::vector<float> targets_, weights_, teacher_;
};

/// What the model's last activation is computed from, where the loss is computed from that; else its output. The
/// gradient by the logits is the same, and loses no precision. Throws InputError when the activation is not the loss's.
TensorId loss_input(const Model& model);

}  // namespace thimble
