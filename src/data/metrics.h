// What a model is measured by, besides its loss: Keras's and scikit-learn's metrics, counted batch by batch.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thimble {

/// What a model's outputs are.
enum class OutputKind {
  kClasses,  // one score a class, the greatest being the prediction
  kBinary,   // each a probability or a logit of its own
  kNumbers,
};

/// Samples to count.
struct MetricBatch {
  int samples = 0;
  int size = 0;                    // outputs of a sample
  const float* outputs = nullptr;  // [samples][size]; probabilities, or logits where `logits` is set
  bool logits = false;
  std::span<const std::int32_t> labels = {};  // of classes: one a sample; empty: the greatest of `targets`
  const float* targets = nullptr;             // [samples][size]
};

/// Metrics whose state is a list of counters that can be added up, so that threads and ranks can share the samples.
class Metrics {
 public:
  Metrics() = default;
  /// By Keras's names: top_k_categorical_accuracy, precision, recall, f1_score, auc; mean_absolute_error (mae),
  /// mean_squared_error (mse), r2_score. `top_k` is top_k_categorical_accuracy's k. Throws InputError for names that
  /// are not known, or not of this kind of output.
  Metrics(std::vector<std::string> names, OutputKind kind, int size, int top_k = 5);

  bool empty() const { return parts_.empty(); }
  std::size_t counters() const { return counters_; }
  void add(const MetricBatch& batch, double* counters) const;
  /// Names, as they were given, and values. Of several classes precision, recall, F1 and AUC are the means over those
  /// that occur; 0 where nothing was predicted.
  std::vector<std::pair<std::string, double>> values(std::span<const double> counters) const;

 private:
  enum class Metric { kTopK, kPrecision, kRecall, kF1, kAuc, kMeanAbsoluteError, kMeanSquaredError, kR2 };
  struct Part {
    std::string name;
    Metric metric;
    std::size_t first;  // counter
  };

  std::size_t counters_of(Metric metric) const;
  void add(const Part& part, const MetricBatch& batch, double* counters) const;
  double value(const Part& part, std::span<const double> counters) const;

  std::vector<Part> parts_;
  std::size_t counters_ = 0;
  OutputKind kind_ = OutputKind::kClasses;
  int size_ = 0;
  int top_k_ = 5;
};

/// The names that Metrics knows for a kind of output.
std::vector<std::string_view> metric_names(OutputKind kind);

/// The area under the ROC curve: how often a positive sample's score is above a negative one's, ties counting half.
/// NaN when all samples are of one kind.
double exact_auc(std::span<const double> scores, const std::vector<bool>& positive);

}  // namespace thimble
