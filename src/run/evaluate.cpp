#include "run/evaluate.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <numeric>
#include <thread>

#include "base/error.h"
#include "data/load.h"
#include "run/batch.h"
#include "run/samples.h"

namespace thimble {
namespace {

constexpr double kLeastProbability = 1e-7;
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

void check_classifier(const Graph& graph, const Dataset& data) {
  require(graph.outputs.size() == 1, "the model has {} outputs; a classifier has one", graph.outputs.size());
  const Tensor& output = graph.tensor(graph.outputs[0]);
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

Evaluation evaluate(const std::shared_ptr<const Executable>& executable, const Dataset& data, int threads) {
  const Graph& graph = executable->graph;
  require(data.size() > 0, "there are no samples to evaluate");
  check_classifier(graph, data);
  const Tensor& output = graph.tensor(graph.outputs[0]);
  const Bytes inputs = samples_as_input(graph, data);

  Evaluation result;
  result.threads = threads > 0 ? threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const auto start = std::chrono::steady_clock::now();
  const std::vector<Bytes> outputs = run_stacked(executable, {inputs}, data.size(), result.threads);
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

  const Scores scores{real_values(output, outputs[0]), static_cast<std::size_t>(output.elements())};
  score(scores, static_cast<double>(output.scale()), data, result);
  return result;
}

}  // namespace thimble
