#include "cli/train_data.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "io/load.h"
#include "passes/pipeline.h"
#include "run/evaluate.h"

namespace thimble {
namespace {

/// Another stream than the epochs' orders.
constexpr std::uint64_t kSplitStream = ~std::uint64_t{0};

/// `held_out(j)`: whether sample number j of its class is for validation.
template <typename HeldOut>
DatasetSplits split(const Dataset& data, std::uint64_t seed, const HeldOut& held_out) {
  std::vector<std::uint32_t> train, validation;
  std::map<std::int32_t, int> seen;
  for (const std::uint32_t i : shuffled_order(data.size(), seed, kSplitStream)) {
    const int place = seen[data.labels.empty() ? 0 : data.labels[i]]++;
    (held_out(place) ? validation : train).push_back(i);
  }
  require(!train.empty() && !validation.empty(), "{} samples are too few to hold some out for validation", data.size());
  return {data.select(train), data.select(validation)};
}

}  // namespace

DatasetSplits fold_of(const Dataset& data, int folds, int fold, std::uint64_t seed) {
  return split(data, seed, [&](int place) { return place % folds == fold; });
}

DatasetSplits hold_out(const Dataset& data, double fraction, std::uint64_t seed) {
  return split(data, seed,
               [&](int place) { return std::floor((place + 1) * fraction) > std::floor(place * fraction); });
}

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

std::vector<float> teacher_logits(FileSystem& files, const std::filesystem::path& path, const Dataset& data,
                                  int threads) {
  Graph graph = load_graph(files, path);
  return with_context(path.string(), [&] {
    simplify(graph);
    const ModelOutputs outputs = outputs_of(prepare(std::move(graph)), data, threads);
    std::vector<float> logits(outputs.values.size());
    constexpr double kLeast = 1e-7;
    std::ranges::transform(outputs.values, logits.begin(), [&](double value) {
      return static_cast<float>(outputs.probabilities ? std::log(std::max(value, kLeast)) : value);
    });
    return logits;
  });
}

}  // namespace thimble
