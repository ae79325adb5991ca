#include "run/evaluate.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <numeric>
#include <thread>
#include <utility>

#include "base/error.h"
#include "data/load.h"
#include "data/metrics.h"
#include "run/batch.h"
#include "run/samples.h"

namespace thimble {
namespace {

constexpr double kLeastProbability = 1e-7;
/// Fewer outputs, as many as inputs, may well be those of a classifier.
constexpr std::size_t kLeastAutoencoder = 32;
/// How far a sum of exact float probabilities may be from 1.
constexpr double kSumTolerance = 1e-3;

template <typename T>
void dequantize_into(const Tensor& tensor, ByteSpan bytes, std::vector<double>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    T stored;
    std::memcpy(&stored, bytes.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<double>(stored);
  }
  if (!tensor.quantization.present()) return;
  for (double& value : values) value = (value - tensor.zero_point()) * static_cast<double>(tensor.scale());
}

/// The real values of a tensor with contents `bytes`, as many times over as fit into them.
std::vector<double> real_values(const Tensor& tensor, ByteSpan bytes) {
  std::vector<double> values(bytes.size() / size_of(tensor.type));
  switch (tensor.type) {
    case Type::kFloat32:
      dequantize_into<float>(tensor, bytes, values);
      return values;
    case Type::kInt8:
      dequantize_into<std::int8_t>(tensor, bytes, values);
      return values;
    case Type::kUint8:
      dequantize_into<std::uint8_t>(tensor, bytes, values);
      return values;
    case Type::kInt16:
      dequantize_into<std::int16_t>(tensor, bytes, values);
      return values;
    default:
      input_error("the output '{}' is {}; scores are float32, int8, uint8 or int16", tensor.name, name_of(tensor.type));
  }
}

/// The scores of all samples: one row of `classes` numbers each.
struct Scores {
  std::vector<double> values;
  std::size_t classes;

  std::span<const double> row(std::size_t sample) const { return std::span(values).subspan(sample * classes, classes); }
};

/// A rounded probability is up to half a step of its type away from the exact one.
bool are_probabilities(const Scores& scores, double step) {
  const double tolerance = kSumTolerance + static_cast<double>(scores.classes) * step / 2;
  for (std::size_t sample = 0; sample * scores.classes < scores.values.size(); ++sample) {
    const auto row = scores.row(sample);
    if (std::ranges::any_of(row, [](double value) { return !(value >= 0.0); })) return false;
    if (std::abs(std::accumulate(row.begin(), row.end(), 0.0) - 1.0) > tolerance) return false;
  }
  return true;
}

/// The probabilities of one sample, in place of its scores.
void normalize(std::vector<double>& row, bool probabilities) {
  const double greatest = *std::ranges::max_element(row);
  for (double& value : row) {
    value = probabilities ? std::max(value, kLeastProbability) : std::exp(value - greatest);
  }
  const double sum = std::accumulate(row.begin(), row.end(), 0.0);
  for (double& value : row) value /= sum;
}

/// -ln of the probability of `label`. With logits it is taken before the exponential, which may come out as 0.
double cross_entropy(std::span<const double> scores, std::span<const double> probabilities, std::size_t label,
                     bool scores_are_probabilities) {
  if (scores_are_probabilities) return -std::log(probabilities[label]);
  const double greatest = *std::ranges::max_element(scores);
  double sum = 0.0;
  for (const double score : scores) sum += std::exp(score - greatest);
  return std::log(sum) - (scores[label] - greatest);
}

/// Precision, recall, F1 and AUC, and the best five where there are more classes.
void measure(const std::vector<float>& outputs, OutputKind kind, const Dataset& data, std::span<const float> targets,
             std::size_t size, Evaluation& result) {
  std::vector<std::string> names;
  for (const std::string_view name : metric_names(kind)) {
    const bool again = name == "mae" || name == "mse" || name == "auc";
    const bool all_right = name == "top_k_categorical_accuracy" && size <= 5;
    if (!again && !all_right) names.emplace_back(name);
  }
  const Metrics metrics(names, kind, static_cast<int>(size));
  std::vector<double> counters(metrics.counters());
  MetricBatch batch;
  batch.samples = static_cast<int>(data.size());
  batch.size = static_cast<int>(size);
  batch.outputs = outputs.data();
  if (kind == OutputKind::kClasses) batch.labels = data.labels;
  batch.targets = targets.empty() ? nullptr : targets.data();
  metrics.add(batch, counters.data());
  result.metrics = metrics.values(counters);
}

/// The mean over the classes of which some samples are and some are not.
double mean_auc(std::span<const double> values, std::size_t size, const auto& is_positive) {
  double sum = 0.0;
  int count = 0;
  for (std::size_t c = 0; c < size; ++c) {
    std::vector<double> scores;
    std::vector<bool> positive;
    for (std::size_t s = 0; s * size < values.size(); ++s) {
      scores.push_back(values[s * size + c]);
      positive.push_back(is_positive(s, c));
    }
    const double auc = exact_auc(scores, positive);
    if (std::isnan(auc)) continue;
    sum += auc;
    ++count;
  }
  return count > 0 ? sum / count : 0.0;
}

void check_classifier(const Tensor& output, const Dataset& data) {
  require(output.elements() >= 2, "the output '{}' is {}; a classifier has one number for each of several classes",
          output.name, to_string(output.shape));
  require_labels_below(data, static_cast<std::int32_t>(std::min<std::int64_t>(output.elements(), INT32_MAX)));
}

/// Fills in all of `result` that the scores tell.
void score(const Scores& scores, double step, const Dataset& data, Evaluation& result) {
  const bool probabilities = are_probabilities(scores, step);
  result.samples = data.size();
  result.confusion.assign(scores.classes, std::vector<std::int64_t>(scores.classes));
  std::vector<double> row;
  for (std::size_t sample = 0; sample < data.size(); ++sample) {
    const auto raw = scores.row(sample);
    require(std::ranges::all_of(raw, [](double value) { return std::isfinite(value); }),
            "the outputs for sample {} are not finite", sample);
    row.assign(raw.begin(), raw.end());
    normalize(row, probabilities);
    const auto label = static_cast<std::size_t>(data.labels[sample]);
    const auto predicted = static_cast<std::size_t>(std::ranges::max_element(raw) - raw.begin());
    result.loss += cross_entropy(raw, row, label, probabilities);
    ++result.confusion[label][predicted];
    if (predicted != label) {
      result.misclassified.push_back(
          {sample, data.labels[sample], static_cast<std::int32_t>(predicted), row[predicted]});
    }
  }
  const auto count = static_cast<double>(result.samples);
  result.loss /= count;
  result.accuracy = static_cast<double>(result.samples - result.misclassified.size()) / count;
}

}  // namespace

std::vector<ModelOutputs> all_outputs_of(const std::shared_ptr<const Executable>& executable, const Dataset& data,
                                         int threads) {
  const Graph& graph = executable->graph;
  const std::vector<Bytes> inputs = samples_as_inputs(graph, data);
  if (threads <= 0) threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const auto start = std::chrono::steady_clock::now();
  const std::vector<Bytes> outputs = run_stacked(executable, {inputs.begin(), inputs.end()}, data.size(), threads);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::vector<ModelOutputs> results;
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    const Tensor& output = graph.tensor(graph.outputs[k]);
    Scores scores{real_values(output, outputs[k]), static_cast<std::size_t>(output.elements())};
    const bool probabilities = are_probabilities(scores, static_cast<double>(output.scale()));
    results.push_back({std::move(scores.values), scores.classes, probabilities, seconds, threads});
  }
  return results;
}

ModelOutputs outputs_of(const std::shared_ptr<const Executable>& executable, const Dataset& data, int threads) {
  const std::size_t count = executable->graph.outputs.size();
  require(count == 1, "the model has {} outputs; one is needed", count);
  return std::move(all_outputs_of(executable, data, threads)[0]);
}

namespace {

/// Numbers to predict: the data's targets, its labels where there is one output, or the samples themselves. Labels 0
/// and 1 are those of a binary classifier.
Evaluation evaluate_numbers(const ModelOutputs& outputs, const Dataset& data) {
  Evaluation result;
  const std::size_t size = outputs.size;
  std::vector<float> targets = data.targets;
  if (targets.empty() && size == 1) targets.assign(data.labels.begin(), data.labels.end());
  if (targets.empty() && size == data.sample_size()) {
    targets.resize(data.size() * size);
    for (std::size_t i = 0; i < data.size(); ++i) data.read(i, std::span(targets).subspan(i * size, size));
  }
  require(targets.size() == data.size() * size, "the model has {} outputs; the data has {} numbers to predict a sample",
          size, data.target_size);
  std::vector<float> values(outputs.values.begin(), outputs.values.end());
  require(std::ranges::all_of(values, [](float value) { return std::isfinite(value); }), "the outputs are not finite");
  const bool binary = std::ranges::all_of(targets, [](float target) { return target == 0.0f || target == 1.0f; }) &&
                      (size == 1 || data.target_size > 0);
  if (binary && std::ranges::any_of(values, [](float value) { return value < 0.0f || value > 1.0f; })) {
    for (float& value : values) value = 1.0f / (1.0f + std::exp(-value));
  }
  double right = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double target = double{targets[i]}, value = double{values[i]};
    const double likely = std::clamp(value, kLeastProbability, 1.0 - kLeastProbability);
    result.loss += binary ? -(target * std::log(likely) + (1.0 - target) * std::log(1.0 - likely))
                          : (value - target) * (value - target);
    right += (value > 0.5) == (target > 0.5) ? 1.0 : 0.0;
  }
  const auto count = static_cast<double>(values.size());
  result.loss /= count;
  result.loss_name = binary ? "binary cross-entropy" : "squared error";
  if (binary) result.accuracy = right / count;
  result.has_accuracy = binary;
  measure(values, binary ? OutputKind::kBinary : OutputKind::kNumbers, data, targets, size, result);
  if (binary) {
    const auto positive = [&](std::size_t s, std::size_t c) { return targets[s * size + c] > 0.5f; };
    result.metrics.emplace_back("auc", mean_auc(outputs.values, size, positive));
  }
  return result;
}

Evaluation evaluate_classes(const ModelOutputs& found, double step, const Dataset& data) {
  Evaluation result;
  const Scores scores{found.values, found.size};
  score(scores, step, data, result);
  measure({found.values.begin(), found.values.end()}, OutputKind::kClasses, data, {}, found.size, result);
  const auto positive = [&](std::size_t s, std::size_t c) { return std::cmp_equal(data.labels[s], c); };
  std::vector<double> probabilities, row;
  for (std::size_t s = 0; s < data.size(); ++s) {
    row.assign(scores.row(s).begin(), scores.row(s).end());
    normalize(row, found.probabilities);
    probabilities.insert(probabilities.end(), row.begin(), row.end());
  }
  result.metrics.emplace_back("auc", mean_auc(probabilities, found.size, positive));
  return result;
}

bool is_numbers(const Tensor& output, const Dataset& data) {
  const auto size = static_cast<std::size_t>(output.elements());
  const bool autoencoder = size == data.sample_size() && size >= kLeastAutoencoder && std::cmp_less(data.classes, size);
  return data.target_size > 0 || size == 1 || autoencoder;
}

/// What output `k` of several is compared with, as data without samples.
Dataset answers_alone(const Dataset& data, std::size_t k) {
  const Answers answers = data.answers(k);
  Dataset result;
  result.sample_shape = {0};
  result.labels.assign(answers.labels.begin(), answers.labels.end());
  result.classes = answers.classes;
  result.targets.assign(answers.targets.begin(), answers.targets.end());
  result.target_size = answers.target_size;
  return result;
}

}  // namespace

std::vector<Evaluation> evaluate_outputs(const std::shared_ptr<const Executable>& executable, const Dataset& data,
                                         int threads) {
  const Graph& graph = executable->graph;
  require(data.size() > 0, "there are no samples to evaluate");
  require(graph.outputs.size() == data.outputs(), "the model has {} outputs, the data has labels for {}",
          graph.outputs.size(), data.outputs());
  std::vector<Dataset> answers;
  for (std::size_t k = 0; k < data.outputs(); ++k) {
    answers.push_back(data.outputs() == 1 ? Dataset() : answers_alone(data, k));
  }
  const auto answers_of = [&](std::size_t k) -> const Dataset& { return data.outputs() == 1 ? data : answers[k]; };
  for (std::size_t k = 0; k < answers.size(); ++k) {
    const Tensor& output = graph.tensor(graph.outputs[k]);
    if (!is_numbers(output, answers_of(k))) check_classifier(output, answers_of(k));
  }
  const std::vector<ModelOutputs> found = all_outputs_of(executable, data, threads);
  std::vector<Evaluation> results;
  for (std::size_t k = 0; k < found.size(); ++k) {
    const Tensor& output = graph.tensor(graph.outputs[k]);
    Evaluation result = is_numbers(output, answers_of(k))
                            ? evaluate_numbers(found[k], answers_of(k))
                            : evaluate_classes(found[k], static_cast<double>(output.scale()), answers_of(k));
    result.samples = data.size();
    result.seconds = found[k].seconds;
    result.threads = found[k].threads;
    results.push_back(std::move(result));
  }
  return results;
}

Evaluation evaluate(const std::shared_ptr<const Executable>& executable, const Dataset& data, int threads) {
  const std::size_t count = executable->graph.outputs.size();
  require(count == 1, "the model has {} outputs; one is needed", count);
  return std::move(evaluate_outputs(executable, data, threads)[0]);
}

}  // namespace thimble
