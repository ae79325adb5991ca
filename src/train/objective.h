// What all of the model's outputs are compared with: the losses of several are added up, each with its weight.
#pragma once

#include "train/output_objective.h"

namespace thimble {

class Objective {
 public:
  /// Throws InputError for a loss or a metric that is not known.
  Objective(const Model& model, const TrainOptions& options, const TrainPlan& plan);

  /// Throws InputError when the model's inputs or outputs do not fit the data.
  void check(const Dataset& data) const;

  /// The samples of a shard.
  struct Part {
    std::span<const std::uint32_t> samples;  // which of the data's
    std::size_t place;                       // of the first one in the batch
    const float* input;                      // of the model's first input
    std::span<const float* const> outputs;
    std::span<float* const> gradients;  // empty: evaluation
    float factor;                       // of the gradients
    std::span<const Mix> mixes = {};    // with which samples each is blended; empty: with none
    const float* teacher = nullptr;     // the rows of a teacher that was asked
  };
  /// Parts of a batch may be computed by different threads.
  LossSums compute(const Dataset& data, const Part& part);

  /// LossSums::metrics: of several outputs, each one's loss, correct samples and samples, then its metrics.
  std::size_t counters() const;
  /// Names and values: "f1_score"; of several outputs "digit_loss", "digit_accuracy", "digit_f1_score".
  std::vector<std::pair<std::string, double>> values(std::span<const double> counters) const;
  /// Of the model as a whole: it has one output, of classes.
  bool has_accuracy() const { return outputs_.size() == 1 && outputs_[0].has_accuracy(); }

 private:
  void check_inputs(const Dataset& data) const;

  std::vector<Shape> inputs_;  // of a sample
  std::vector<OutputObjective> outputs_;
  std::vector<float> weights_;  // of their losses
};

/// Whether ranks run each step together, as threads do (TrainExecutor::join), if the plan has a front: then they share
/// out its work and not the samples.
bool runs_together(const Model& model, const TrainOptions& options);

/// The model planned up to what its losses are computed from, for what this rank does of each batch. Throws InputError
/// when the model is not compiled for its outputs, or cannot be trained.
TrainPlan plan_for(const Model& model, const TrainOptions& options);

}  // namespace thimble
