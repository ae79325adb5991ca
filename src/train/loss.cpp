#include "train/loss.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "ops/simd.h"
#include "ops/train_math.h"

namespace thimble {
namespace {

using Kind = LossFunction::Kind;

/// The logits' greatest, and the sum of the exponentials of their distances from it.
struct SoftmaxTerms {
  const float* greatest;
  float total;
};

SoftmaxTerms softmax_terms(const float* logits, int classes) {
  const float* greatest = std::max_element(logits, logits + classes);
  float total = 0.0f;
  for (int i = 0; i < classes; ++i) total += std::exp(logits[i] - *greatest);
  return {greatest, total};
}

float weight_of(const LossBatch& batch, int sample) { return batch.weights ? batch.weights[sample] : 1.0f; }

/// values[i] = exp(values[i]), within a few units in the last place.
void exponentials(std::span<float> values) {
  simd([values](auto isa) THIMBLE_INLINE_LAMBDA {
    using I = typename decltype(isa)::Comparing;
    for (std::size_t i = 0; i < values.size(); i += I::kLanes) {
      const int count = static_cast<int>(std::min<std::size_t>(I::kLanes, values.size() - i));
      I::store(values.data() + i, exp_lanes<I>(I::load(values.data() + i, count)), count);
    }
  });
}

/// -log softmax(logits)[label].
LossSums crossentropy_of_labels(const LossBatch& batch) {
  LossSums sums;
  const int classes = batch.size;
  const std::size_t count = static_cast<std::size_t>(batch.samples) * static_cast<std::size_t>(classes);
  std::vector<float> own(batch.gradient ? 0 : count);
  float* const terms = batch.gradient ? batch.gradient : own.data();
  const auto label_of = [&](int s) { return batch.labels[static_cast<std::size_t>(s)]; };
  for (int s = 0; s < batch.samples; ++s) {
    const float* logits = batch.outputs + std::ptrdiff_t{s} * classes;
    const float* greatest = std::max_element(logits, logits + classes);
    float* row = terms + std::ptrdiff_t{s} * classes;
    for (int i = 0; i < classes; ++i) row[i] = logits[i] - *greatest;
    sums.loss -= static_cast<double>(weight_of(batch, s) * row[label_of(s)]);
    sums.correct += greatest - logits == label_of(s) ? 1.0 : 0.0;
  }
  exponentials({terms, count});
  for (int s = 0; s < batch.samples; ++s) {
    float* row = terms + std::ptrdiff_t{s} * classes;
    const float total = std::accumulate(row, row + classes, 0.0f), weight = weight_of(batch, s);
    sums.loss += static_cast<double>(weight * std::log(total));
    if (!batch.gradient) continue;
    const float share = weight * batch.factor / total;
    for (int i = 0; i < classes; ++i) row[i] *= share;
    row[label_of(s)] -= weight * batch.factor;
  }
  return sums;
}

/// The crossentropy of distributions: those of the labels, or the targets, mixed with the uniform one.
LossSums crossentropy_of_distributions(const LossFunction& function, const LossBatch& batch) {
  LossSums sums;
  const int classes = batch.size;
  const float keep = 1.0f - function.label_smoothing;
  const float uniform = function.label_smoothing / static_cast<float>(classes);
  std::vector<float> wanted(static_cast<std::size_t>(classes));
  for (int s = 0; s < batch.samples; ++s) {
    const float* logits = batch.outputs + std::ptrdiff_t{s} * classes;
    if (batch.labels.empty()) {
      std::copy_n(batch.targets + std::ptrdiff_t{s} * classes, classes, wanted.begin());
    } else {
      std::ranges::fill(wanted, 0.0f);
      wanted[static_cast<std::size_t>(batch.labels[static_cast<std::size_t>(s)])] = 1.0f;
    }
    const SoftmaxTerms terms = softmax_terms(logits, classes);
    const auto best = std::ranges::max_element(wanted) - wanted.begin();
    sums.correct += terms.greatest - logits == best ? 1.0 : 0.0;
    float whole = 0.0f, met = 0.0f;
    for (int i = 0; i < classes; ++i) {
      float& want = wanted[static_cast<std::size_t>(i)];
      want = keep * want + uniform;
      whole += want;
      met += want * (logits[i] - *terms.greatest);
    }
    const float weight = weight_of(batch, s);
    sums.loss += static_cast<double>(weight * (whole * std::log(terms.total) - met));
    if (!batch.gradient) continue;
    float* gradient = batch.gradient + std::ptrdiff_t{s} * classes;
    for (int i = 0; i < classes; ++i) {
      const float probability = std::exp(logits[i] - *terms.greatest) / terms.total;
      gradient[i] = weight * batch.factor * (whole * probability - wanted[static_cast<std::size_t>(i)]);
    }
  }
  return sums;
}

/// A loss of each output by itself, averaged over a sample's outputs. `term(output, target)` gives its value and slope,
/// `right` whether an output counts as correct.
template <typename Term, typename Right>
LossSums mean_of_terms(const LossBatch& batch, const Term& term, const Right& right) {
  LossSums sums;
  const float* outputs = batch.outputs;
  const float* targets = batch.targets;
  float* gradient = batch.gradient;
  for (int s = 0; s < batch.samples; ++s) {
    double total = 0.0;
    int correct = 0;
    const float weight = weight_of(batch, s);
    const float factor = weight * batch.factor / static_cast<float>(batch.size);
    for (int i = 0; i < batch.size; ++i, ++outputs, ++targets) {
      const auto [value, slope] = term(*outputs, *targets);
      total += value;
      correct += right(*outputs, *targets) ? 1 : 0;
      if (gradient) *gradient++ = factor * slope;
    }
    sums.loss += double{weight} * total / batch.size;
    sums.correct += static_cast<double>(correct) / batch.size;
  }
  return sums;
}

using TermValue = std::pair<double, float>;

bool never(float, float) { return false; }
bool same_side(float logit, float target) { return (logit > 0.0f) == (target > 0.5f); }

TermValue squared_term(float output, float target) {
  const float difference = output - target;
  return {double{difference} * double{difference}, 2.0f * difference};
}

TermValue absolute_term(float output, float target) {
  const float difference = output - target;
  return {std::abs(double{difference}), difference > 0.0f ? 1.0f : difference < 0.0f ? -1.0f : 0.0f};
}

float number(const Attributes& config, const char* name, float otherwise) {
  return config.has(name) ? config.real(name) : otherwise;
}

}  // namespace

void LossSums::add(const LossSums& other) {
  loss += other.loss;
  correct += other.correct;
  for (std::size_t i = 0; i < metrics.size(); ++i) metrics[i] += other.metrics[i];
}

LossFunction loss_function(const OutputLoss& loss) {
  struct Name {
    const char* class_name;
    Kind kind;
  };
  constexpr Name kNames[] = {{"SparseCategoricalCrossentropy", Kind::kCategoricalCrossentropy},
                             {"CategoricalCrossentropy", Kind::kCategoricalCrossentropy},
                             {"BinaryCrossentropy", Kind::kBinaryCrossentropy},
                             {"MeanSquaredError", Kind::kMeanSquaredError},
                             {"MeanAbsoluteError", Kind::kMeanAbsoluteError},
                             {"Huber", Kind::kHuber}};
  const auto found = std::ranges::find_if(kNames, [&](const Name& name) { return name.class_name == loss.class_name; });
  require(found != std::end(kNames),
          "the loss '{}' cannot be trained with; use SparseCategoricalCrossentropy, CategoricalCrossentropy, "
          "BinaryCrossentropy, MeanSquaredError, MeanAbsoluteError or Huber",
          loss.class_name);
  LossFunction function;
  function.kind = found->kind;
  function.label_smoothing = number(loss.config, "label_smoothing", 0.0f);
  require(function.label_smoothing >= 0.0f && function.label_smoothing <= 1.0f,
          "label_smoothing = {}: must be from 0 to 1", function.label_smoothing);
  function.delta = number(loss.config, "delta", 1.0f);
  require(function.delta > 0.0f, "delta = {}: must be above 0", function.delta);
  return function;
}

LossSums compute_loss(const LossFunction& function, const LossBatch& batch) {
  switch (function.kind) {
    case Kind::kCategoricalCrossentropy:
      if (!batch.labels.empty() && function.label_smoothing == 0.0f) return crossentropy_of_labels(batch);
      return crossentropy_of_distributions(function, batch);
    case Kind::kBinaryCrossentropy: {
      const float smoothing = function.label_smoothing;
      const auto term = [smoothing](float logit, float target) -> TermValue {
        target = target * (1.0f - smoothing) + 0.5f * smoothing;
        const float rest = std::log1p(std::exp(-std::abs(logit)));
        const float value = std::max(logit, 0.0f) - logit * target + rest;
        return {double{value}, 1.0f / (1.0f + std::exp(-logit)) - target};
      };
      return mean_of_terms(batch, term, same_side);
    }
    case Kind::kMeanSquaredError:
      return mean_of_terms(batch, squared_term, never);
    case Kind::kMeanAbsoluteError:
      return mean_of_terms(batch, absolute_term, never);
    case Kind::kHuber: {
      const float delta = function.delta;
      const auto term = [delta](float output, float target) -> TermValue {
        const float difference = output - target, size = std::abs(difference);
        if (size <= delta) return {0.5 * double{difference} * double{difference}, difference};
        return {double{delta} * (double{size} - 0.5 * double{delta}), std::copysign(delta, difference)};
      };
      return mean_of_terms(batch, term, never);
    }
  }
  ensure(false, "no such loss");
  return {};
}

LossSums distillation_loss(const LossBatch& batch, float temperature) {
  LossSums sums;
  const auto size = static_cast<std::size_t>(batch.size);
  std::vector<float> student(size), teacher(size);
  const auto soften = [&](const float* logits, std::vector<float>& log_probabilities) {
    for (std::size_t i = 0; i < size; ++i) log_probabilities[i] = logits[i] / temperature;
    const SoftmaxTerms terms = softmax_terms(log_probabilities.data(), batch.size);
    const float shift = *terms.greatest + std::log(terms.total);
    for (float& value : log_probabilities) value -= shift;
  };
  for (int s = 0; s < batch.samples; ++s) {
    const std::size_t row = static_cast<std::size_t>(s) * size;
    soften(batch.outputs + row, student);
    soften(batch.targets + row, teacher);
    double divergence = 0.0;
    for (std::size_t i = 0; i < size; ++i) {
      const float wanted = std::exp(teacher[i]);
      divergence += double{wanted} * double{teacher[i] - student[i]};
      if (batch.gradient) batch.gradient[row + i] += batch.factor * temperature * (std::exp(student[i]) - wanted);
    }
    sums.loss += double{temperature} * double{temperature} * divergence;
  }
  return sums;
}

}  // namespace thimble
