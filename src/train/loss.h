// What training makes small. Keras's losses, averaged over the samples of a batch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ir/layer.h"

namespace thimble {

struct LossFunction {
  enum class Kind {
    kCategoricalCrossentropy,  // of logits, by integer labels or by probabilities
    kBinaryCrossentropy,       // of logits
    kMeanSquaredError,
    kMeanAbsoluteError,
    kHuber,
  };
  Kind kind = Kind::kCategoricalCrossentropy;
  float label_smoothing = 0.0f;  // of the crossentropies
  float delta = 1.0f;            // Huber's

  bool of_classes() const { return kind == Kind::kCategoricalCrossentropy; }
  /// Computed from what goes into the model's last activation, softmax or sigmoid.
  bool of_logits() const { return of_classes() || kind == Kind::kBinaryCrossentropy; }
};

/// Throws InputError when there is no loss of this class, or an argument is out of range.
LossFunction loss_function(const OutputLoss& loss);

/// Samples whose loss is asked for.
struct LossBatch {
  int samples = 0;
  int size = 0;                               // outputs of a sample
  const float* outputs = nullptr;             // [samples][size]
  std::span<const std::int32_t> labels = {};  // of classes: one a sample; empty: `targets` are probabilities
  const float* targets = nullptr;             // [samples][size]
  const float* weights = nullptr;             // what each sample's loss is multiplied by; null: 1
  float factor = 1.0f;                        // what the gradient is multiplied by
  float* gradient = nullptr;                  // by the outputs, [samples][size]; null: not wanted
};

/// Sums over samples: of their losses, and of the part of their outputs that are right (of classes: the greatest one is
/// the label's; binary: each on the right side of one half).
struct LossSums {
  double loss = 0.0;
  double correct = 0.0;
  std::vector<double> metrics = {};  // counters of other metrics

  void add(const LossSums& other);
};

/// The sums, without metrics; writes the gradient.
LossSums compute_loss(const LossFunction& function, const LossBatch& batch);

/// Distillation (Hinton, Vinyals, Dean 2015): T^2 times the divergence of the outputs' distribution from the teacher's,
/// both at temperature T. `batch.targets` are the teacher's logits. The gradient is added.
LossSums distillation_loss(const LossBatch& batch, float temperature);

}  // namespace thimble
