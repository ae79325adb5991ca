#include "compress/score.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "run/evaluate.h"
#include "train/objective.h"

namespace thimble {
namespace {

constexpr double kLeastProbability = 1e-7;  // as evaluate() has it

/// Of output `number`: what the loss is computed from.
std::vector<float> loss_inputs(const Model& model, std::size_t number, const ModelOutputs& outputs) {
  const bool probabilities = loss_input(model, number) != model.graph.outputs[number];
  const bool of_classes = loss_function(model.losses[number]).of_classes();
  std::vector<float> result;
  for (const double value : outputs.values) {
    const double p = std::clamp(value, kLeastProbability, 1.0 - kLeastProbability);
    const double logit = of_classes ? std::log(p) : std::log(p / (1.0 - p));
    result.push_back(static_cast<float>(probabilities ? logit : value));
  }
  return result;
}

}  // namespace

LossAndAccuracy score(const Model& model, const Graph& integer, const Dataset& data, const TrainOptions& options) {
  const TrainPlan plan = plan_for(model, options);
  Objective objective(model, options, plan);
  objective.check(data);
  std::vector<std::vector<float>> outputs;
  for (const ModelOutputs& given : all_outputs_of(prepare(integer), data, options.threads)) {
    outputs.push_back(loss_inputs(model, outputs.size(), given));
  }
  LossSums sums;
  sums.metrics.resize(objective.counters());
  const auto input_size = static_cast<std::size_t>(model.graph.tensor(model.graph.inputs[0]).elements());
  const auto batch = static_cast<std::size_t>(plan.sharding.batch);
  for (std::size_t first = 0; first < data.size(); first += batch) {
    std::vector<std::uint32_t> samples(std::min(batch, data.size() - first));
    std::iota(samples.begin(), samples.end(), static_cast<std::uint32_t>(first));
    std::vector<float> input(samples.size() * input_size);
    for (std::size_t i = 0; i < samples.size(); ++i) {
      data.read(samples[i], 0, std::span(input).subspan(i * input_size, input_size));
    }
    std::vector<const float*> rows;
    for (std::size_t k = 0; k < outputs.size(); ++k) rows.push_back(outputs[k].data() + first * plan.outputs[k].size);
    sums.add(objective.compute(data, {samples, 0, input.data(), rows, {}, 1.0F}));
  }
  const auto count = static_cast<double>(data.size());
  return {sums.loss / count, objective.has_accuracy() ? sums.correct / count : std::nan(""),
          objective.values(sums.metrics)};
}

}  // namespace thimble
