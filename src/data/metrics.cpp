#include "data/metrics.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"

namespace thimble {
namespace {

constexpr std::size_t kBuckets = 200;  // of AUC's scores, as many as Keras has thresholds

std::size_t at(int index) { return static_cast<std::size_t>(index); }

int greatest(const float* values, int count) {
  return static_cast<int>(std::max_element(values, values + count) - values);
}

int label_of(const MetricBatch& batch, int sample) {
  if (!batch.labels.empty()) return batch.labels[at(sample)];
  return greatest(batch.targets + at(sample) * at(batch.size), batch.size);
}

/// What divides two counts; 0 of nothing.
double ratio(double part, double whole) { return whole > 0.0 ? part / whole : 0.0; }

/// Probabilities of one sample.
void probabilities(const MetricBatch& batch, OutputKind kind, int sample, std::vector<float>& result) {
  const float* outputs = batch.outputs + at(sample) * at(batch.size);
  result.assign(outputs, outputs + batch.size);
  if (!batch.logits) return;
  if (kind == OutputKind::kBinary) {
    for (float& value : result) value = 1.0f / (1.0f + std::exp(-value));
    return;
  }
  const float most = *std::ranges::max_element(result);
  float sum = 0.0f;
  for (float& value : result) sum += value = std::exp(value - most);
  for (float& value : result) value /= sum;
}

/// Of one class: counters of right ones among those predicted, of those predicted, and of those there are.
struct ClassCounts {
  double right, predicted, actual;
};

double score(const ClassCounts& c, bool precision, bool recall) {
  if (precision && recall) return ratio(2.0 * c.right, c.predicted + c.actual);
  return precision ? ratio(c.right, c.predicted) : ratio(c.right, c.actual);
}

/// The area under the curve through the thresholds, by trapezoids; counters: positives, then negatives in each bucket.
double area(std::span<const double> counters) {
  const auto positives = counters.first(kBuckets), negatives = counters.subspan(kBuckets, kBuckets);
  const double all_positives = std::accumulate(positives.begin(), positives.end(), 0.0);
  const double all_negatives = std::accumulate(negatives.begin(), negatives.end(), 0.0);
  double hit = 0.0, missed = 0.0, sum = 0.0;
  for (std::size_t b = kBuckets; b-- > 0;) {
    const double next_hit = hit + positives[b], next_missed = missed + negatives[b];
    sum += (ratio(next_missed, all_negatives) - ratio(missed, all_negatives)) *
           (ratio(next_hit, all_positives) + ratio(hit, all_positives)) / 2.0;
    hit = next_hit;
    missed = next_missed;
  }
  return sum;
}

struct Name {
  std::string_view name;
  int metric;
  bool of_classes, of_binary, of_numbers;
};
constexpr Name kNames[] = {{"top_k_categorical_accuracy", 0, true, false, false},
                           {"precision", 1, true, true, false},
                           {"recall", 2, true, true, false},
                           {"f1_score", 3, true, true, false},
                           {"auc", 4, true, true, false},
                           {"mean_absolute_error", 5, false, true, true},
                           {"mae", 5, false, true, true},
                           {"mean_squared_error", 6, false, true, true},
                           {"mse", 6, false, true, true},
                           {"r2_score", 7, false, false, true}};

bool is_of(const Name& name, OutputKind kind) {
  return kind == OutputKind::kClasses  ? name.of_classes
         : kind == OutputKind::kBinary ? name.of_binary
                                       : name.of_numbers;
}

}  // namespace

std::vector<std::string_view> metric_names(OutputKind kind) {
  std::vector<std::string_view> names;
  for (const Name& name : kNames) {
    if (is_of(name, kind)) names.push_back(name.name);
  }
  return names;
}

Metrics::Metrics(std::vector<std::string> names, OutputKind kind, int size, int top_k)
    : kind_(kind), size_(size), top_k_(top_k) {
  for (std::string& name : names) {
    const auto found = std::ranges::find_if(kNames, [&](const Name& n) { return n.name == name && is_of(n, kind); });
    require(found != std::end(kNames), "the metric '{}' does not go with this loss; those that do are {}", name,
            fmt::join(metric_names(kind), ", "));
    const auto metric = static_cast<Metric>(found->metric);
    parts_.push_back({std::move(name), metric, counters_});
    counters_ += counters_of(metric);
  }
}

std::size_t Metrics::counters_of(Metric metric) const {
  switch (metric) {
    case Metric::kTopK:
      return 2;  // right, samples
    case Metric::kPrecision:
    case Metric::kRecall:
    case Metric::kF1:
      return 3 * at(size_);
    case Metric::kAuc:
      return 2 * kBuckets * at(size_);
    case Metric::kMeanAbsoluteError:
    case Metric::kMeanSquaredError:
      return 2;  // sum, count
    case Metric::kR2:
      return 1 + 3 * at(size_);  // samples; of each output: sum, sum of squares, squared errors
  }
  return 0;
}

void Metrics::add(const MetricBatch& batch, double* counters) const {
  for (const Part& part : parts_) add(part, batch, counters + part.first);
}

void Metrics::add(const Part& part, const MetricBatch& batch, double* counters) const {
  const int size = batch.size;
  std::vector<float> scores;
  for (int s = 0; s < batch.samples; ++s) {
    const float* outputs = batch.outputs + at(s) * at(size);
    const float* targets = batch.targets ? batch.targets + at(s) * at(size) : nullptr;
    switch (part.metric) {
      case Metric::kTopK: {
        const float own = outputs[label_of(batch, s)];
        const auto above = std::count_if(outputs, outputs + size, [&](float other) { return other > own; });
        counters[0] += above < top_k_ ? 1 : 0;
        counters[1] += 1;
        break;
      }
      case Metric::kPrecision:
      case Metric::kRecall:
      case Metric::kF1:
        for (int c = 0; c < size; ++c) {
          const bool classes = kind_ == OutputKind::kClasses;
          const bool actual = classes ? label_of(batch, s) == c : targets[c] > 0.5f;
          const bool predicted = classes ? greatest(outputs, size) == c : outputs[c] > (batch.logits ? 0.0f : 0.5f);
          double* of_class = counters + 3 * at(c);
          of_class[0] += actual && predicted ? 1 : 0;
          of_class[1] += predicted ? 1 : 0;
          of_class[2] += actual ? 1 : 0;
        }
        break;
      case Metric::kAuc:
        probabilities(batch, kind_, s, scores);
        for (int c = 0; c < size; ++c) {
          const bool actual = kind_ == OutputKind::kClasses ? label_of(batch, s) == c : targets[c] > 0.5f;
          const float place = std::ceil(scores[at(c)] * static_cast<float>(kBuckets - 1)) - 1.0f;
          const auto bucket = static_cast<std::size_t>(std::clamp(place, 0.0f, static_cast<float>(kBuckets - 1)));
          counters[2 * kBuckets * at(c) + (actual ? 0 : kBuckets) + bucket] += 1;
        }
        break;
      case Metric::kMeanAbsoluteError:
      case Metric::kMeanSquaredError:
        if (kind_ == OutputKind::kBinary) {
          probabilities(batch, kind_, s, scores);
          outputs = scores.data();
        }
        for (int i = 0; i < size; ++i) {
          const double error = double{outputs[i]} - double{targets[i]};
          counters[0] += part.metric == Metric::kMeanAbsoluteError ? std::abs(error) : error * error;
        }
        counters[1] += size;
        break;
      case Metric::kR2:
        counters[0] += 1;
        for (int i = 0; i < size; ++i) {
          const double error = double{outputs[i]} - double{targets[i]}, target = double{targets[i]};
          double* of_output = counters + 1 + 3 * at(i);
          of_output[0] += target;
          of_output[1] += target * target;
          of_output[2] += error * error;
        }
        break;
    }
  }
}

double Metrics::value(const Part& part, std::span<const double> counters) const {
  double sum = 0.0;
  int count = 0;
  switch (part.metric) {
    case Metric::kTopK:
    case Metric::kMeanAbsoluteError:
    case Metric::kMeanSquaredError:
      return ratio(counters[0], counters[1]);
    case Metric::kPrecision:
    case Metric::kRecall:
    case Metric::kF1:
      for (std::size_t c = 0; c < at(size_); ++c) {
        const ClassCounts counts = {counters[3 * c], counters[3 * c + 1], counters[3 * c + 2]};
        if (kind_ == OutputKind::kClasses && counts.predicted + counts.actual == 0.0) continue;
        sum += score(counts, part.metric != Metric::kRecall, part.metric != Metric::kPrecision);
        ++count;
      }
      return ratio(sum, count);
    case Metric::kAuc:
      for (std::size_t c = 0; c < at(size_); ++c) {
        const auto of_class = counters.subspan(2 * kBuckets * c, 2 * kBuckets);
        const auto total = [](std::span<const double> part_of) {
          return std::accumulate(part_of.begin(), part_of.end(), 0.0);
        };
        if (total(of_class.first(kBuckets)) == 0.0 || total(of_class.last(kBuckets)) == 0.0) continue;
        sum += area(of_class);
        ++count;
      }
      return ratio(sum, count);
    case Metric::kR2:
      for (std::size_t i = 0; i < at(size_); ++i) {
        const auto of_output = counters.subspan(1 + 3 * i, 3);
        const double spread = of_output[1] - of_output[0] * of_output[0] / std::max(counters[0], 1.0);
        sum += spread > 0.0 ? 1.0 - of_output[2] / spread : 0.0;
      }
      return sum / size_;
  }
  return 0.0;
}

std::vector<std::pair<std::string, double>> Metrics::values(std::span<const double> counters) const {
  std::vector<std::pair<std::string, double>> result;
  for (const Part& part : parts_) {
    result.emplace_back(part.name, value(part, counters.subspan(part.first, counters_of(part.metric))));
  }
  return result;
}

double exact_auc(std::span<const double> scores, const std::vector<bool>& positive) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return scores[i]; });
  double negatives = 0.0, positives = 0.0, above = 0.0;
  for (std::size_t first = 0; first < order.size();) {
    double tied_positives = 0.0, tied_negatives = 0.0;
    std::size_t i = first;
    for (; i < order.size() && scores[order[i]] == scores[order[first]]; ++i) {
      (positive[order[i]] ? tied_positives : tied_negatives) += 1.0;
    }
    above += tied_positives * (negatives + tied_negatives / 2.0);
    negatives += tied_negatives;
    positives += tied_positives;
    first = i;
  }
  return positives * negatives > 0.0 ? above / (positives * negatives) : std::nan("");
}

}  // namespace thimble
