// How well a classifier does on a data set.
#pragma once

#include <cstdint>
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
  double loss = 0.0;      // mean of the samples' cross-entropies, natural logarithm
  double accuracy = 0.0;  // [0, 1]
  std::size_t samples = 0;
  double seconds = 0.0;  // wall clock of the invocations alone, with the copies of inputs and outputs
  int threads = 1;
  std::vector<std::vector<std::int64_t>> confusion;  // [label][predicted]: number of samples
  std::vector<Misclassified> misclassified;          // by index
};

/// Runs every sample through the model, which has one input and one output with one number a class, on `threads`
/// threads (0: one a core). All results but the time are the same for any number of threads.
///
/// Outputs that are probabilities on all samples (none below 0, sum 1 up to the rounding of their type) are taken as
/// such; anything else is logits, to which softmax is applied. Integer outputs are dequantized. The class with the
/// greatest output is predicted; of equals, the first. The loss of a sample with label l is -ln p(l); probabilities are
/// clipped to [1e-7, 1] first and divided by their sum, as Keras does.
///
/// Throws InputError when samples do not fit the input, or a label is not below the number of outputs.
Evaluation evaluate(const std::shared_ptr<const Executable>& executable, const Dataset& data, int threads = 0);

}  // namespace thimble
