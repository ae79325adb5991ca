#include "cli/train_data.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "io/load.h"
#include "passes/pipeline.h"
#include "run/evaluate.h"

namespace thimble {

std::vector<float> class_weights(const Recipe& recipe, const Dataset& train) {
  if (!recipe.balanced_classes && recipe.class_weight.empty()) return {};
  require(!train.labels.empty(), "class_weight is for data with labels");
  const auto classes = static_cast<std::size_t>(train.classes);
  std::vector<float> weights = recipe.class_weight;
  require(weights.size() <= classes, "class_weight has {} numbers for {} classes", weights.size(), classes);
  weights.resize(classes, 1.0f);
  if (!recipe.balanced_classes) return weights;
  std::vector<double> counts(classes);
  for (const std::int32_t label : train.labels) ++counts[static_cast<std::size_t>(label)];
  for (std::size_t c = 0; c < classes; ++c) {
    const double of_class = std::max(1.0, counts[c]);
    weights[c] = static_cast<float>(static_cast<double>(train.size()) / (static_cast<double>(classes) * of_class));
  }
  return weights;
}

namespace {

/// What stands for a logit: the logarithm of a probability.
float logit_of(double value, bool probability) {
  constexpr double kLeast = 1e-7;
  return static_cast<float>(probability ? std::log(std::max(value, kLeast)) : value);
}

/// Asks `model` for one sample after the other.
auto asking(const std::shared_ptr<const Executable>& model, const Dataset& data, bool probabilities) {
  Dataset one;
  one.sample_shape = data.sample_shape;
  one.parts = data.parts;
  one.labels = {0};
  return [=](std::span<const float> sample, std::span<float> logits) mutable {
    one.floats.assign(sample.begin(), sample.end());
    const ModelOutputs outputs = outputs_of(model, one, 1);
    ensure(outputs.values.size() == logits.size(), "{} logits of the teacher, not {}", outputs.values.size(),
           logits.size());
    std::ranges::transform(outputs.values, logits.begin(),
                           [&](double value) { return logit_of(value, probabilities); });
  };
}

}  // namespace

void ask_teacher(FileSystem& files, const Recipe& recipe, const Dataset& data, TrainOptions& options) {
  const std::filesystem::path& path = recipe.distillation.teacher;
  if (path.empty()) return;
  Graph graph = load_graph(files, path);
  with_context(path.string(), [&] {
    simplify(graph);
    const auto model = prepare(std::move(graph));
    const bool blended = recipe.augmentation.mixup > 0;
    constexpr std::size_t kEnough = 200;  // to see whether outputs are probabilities
    const ModelOutputs outputs = outputs_of(model, blended ? data.first(kEnough) : data, options.threads);
    if (blended) {
      options.distillation.ask = asking(model, data, outputs.probabilities);
      return;
    }
    options.distillation.teacher.resize(outputs.values.size());
    std::ranges::transform(outputs.values, options.distillation.teacher.begin(),
                           [&](double value) { return logit_of(value, outputs.probabilities); });
  });
}

}  // namespace thimble
