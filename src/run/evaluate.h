// How well a model does on a data set.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "data/dataset.h"
#include "run/executor.h"

namespace thimble {

struct Misclassified {
  std::size_t index = 0;  // which sample
  std::int32_t label = 0;
  std::int32_t predicted = 0;
  double score = 0.0;  // the probability that the model gives to `predicted`
};

struct Evaluation {
  double loss = 0.0;  // mean of the samples' cross-entropies, natural logarithm
  std::string loss_name = "cross-entropy";
  double accuracy = 0.0;  // [0, 1]
  bool has_accuracy = true;
  std::vector<std::pair<std::string, double>> metrics;  // data/metrics.h: "precision", "auc"
  std::size_t samples = 0;
  double seconds = 0.0;  // wall clock of the invocations alone, with the copies of inputs and outputs
  int threads = 1;
  std::vector<std::vector<std::int64_t>> confusion;  // [label][predicted]: number of samples
  std::vector<Misclassified> misclassified;          // by index
};

/// A model's outputs for samples.
struct ModelOutputs {
  std::vector<double> values;  // one row a sample
  std::size_t size = 0;        // of a row
  bool probabilities = false;  // none is below 0, and each row's sum is 1 up to the rounding of its type
  double seconds = 0.0;        // that the invocations took
  int threads = 1;
};
std::vector<ModelOutputs> all_outputs_of(const std::shared_ptr<const Executable>& executable, const Dataset& data,
                                         int threads = 0);
/// Of the only output.
ModelOutputs outputs_of(const std::shared_ptr<const Executable>& executable, const Dataset& data, int threads = 0);

/// Runs every sample through the model, which has one input and one output with one number a class, on `threads`
/// threads (0: one a core). All results but the time are the same for any number of threads.
///
/// Outputs that are probabilities on all samples (none below 0, sum 1 up to the rounding of their type) are taken as
/// such; anything else is logits, to which softmax is applied. Integer outputs are dequantized. The class with the
/// greatest output is predicted; of equals, the first. The loss of a sample with label l is -ln p(l); probabilities are
/// clipped to [1e-7, 1] first and divided by their sum, as Keras does.
///
/// Data with numbers to predict, a single output, and an output as large as the input, of 32 numbers or more and more
/// than classes (autoencoders), are evaluated as numbers, by their squared error; where all of those are 0 or 1, as
/// binary classes, by their cross-entropy.
///
/// Throws InputError when samples do not fit the input, or a label is not below the number of outputs.
Evaluation evaluate(const std::shared_ptr<const Executable>& executable, const Dataset& data, int threads = 0);

/// Of each output, in their order; one output is evaluated as evaluate() does.
std::vector<Evaluation> evaluate_outputs(const std::shared_ptr<const Executable>& executable, const Dataset& data,
                                         int threads = 0);

}  // namespace thimble
