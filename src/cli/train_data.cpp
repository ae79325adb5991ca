#include "cli/train_data.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "io/load.h"
#include "passes/pipeline.h"
#include "run/evaluate.h"
#include "run/samples.h"
#include "train/loss.h"

namespace thimble {

namespace {

std::vector<float> class_weights(const RecipeClassWeight& given, const Answers& answers) {
  require(!answers.labels.empty(), "class_weight is for data with labels");
  const auto classes = static_cast<std::size_t>(answers.classes);
  std::vector<float> weights = given.factors;
  require(weights.size() <= classes, "class_weight has {} numbers for {} classes", weights.size(), classes);
  weights.resize(classes, 1.0f);
  if (!given.balanced) return weights;
  std::vector<double> counts(classes);
  for (const std::int32_t label : answers.labels) ++counts[static_cast<std::size_t>(label)];
  const auto samples = static_cast<double>(answers.labels.size());
  for (std::size_t c = 0; c < classes; ++c) {
    weights[c] = static_cast<float>(samples / (static_cast<double>(classes) * std::max(1.0, counts[c])));
  }
  return weights;
}

}  // namespace

void weigh_classes(const Recipe& recipe, const Dataset& train, TrainOptions& options) {
  if (recipe.class_weight.given()) options.class_weight = class_weights(recipe.class_weight, train.answers(0));
  for (std::size_t k = 0; k < recipe.outputs.size(); ++k) {
    const auto own = recipe.output_class_weight.find(recipe.outputs[k]);
    if (own == recipe.output_class_weight.end()) continue;
    with_context(fmt::format("output '{}'", own->first),
                 [&] { options.output_class_weight[own->first] = class_weights(own->second, train.answers(k)); });
  }
}

namespace {

/// What training wants to know of a teacher's output (Distillation::teacher).
struct TeacherOutput {
  std::size_t number;  // among the teacher's
  LossFunction loss;   // of the student's
  bool probabilities;  // it gives

  float told(double value) const {
    constexpr double kLeast = 1e-7;
    if (loss.of_classes()) return static_cast<float>(probabilities ? std::log(std::max(value, kLeast)) : value);
    if (loss.of_logits()) return static_cast<float>(probabilities ? value : 1.0 / (1.0 + std::exp(-value)));
    return static_cast<float>(value);
  }
};

/// By name, or where the teacher has no such names in their order.
std::vector<TeacherOutput> teacher_outputs(const Recipe& recipe, const Graph& graph,
                                           const std::vector<ModelOutputs>& given) {
  require(given.size() == recipe.losses.size(), "the teacher has {} outputs, the model {}", given.size(),
          recipe.losses.size());
  const std::vector<std::string> names = array_names(graph).outputs;
  std::vector<TeacherOutput> result;
  for (std::size_t k = 0; k < recipe.losses.size(); ++k) {
    const auto found = k < recipe.outputs.size() ? std::ranges::find(names, recipe.outputs[k]) : names.end();
    const std::size_t number = found == names.end() ? k : static_cast<std::size_t>(found - names.begin());
    const LossFunction loss = loss_function(recipe.losses[k]);
    const auto in_unit = [](double value) { return value >= 0.0 && value <= 1.0; };
    const bool probabilities =
        loss.of_classes() ? given[number].probabilities : std::ranges::all_of(given[number].values, in_unit);
    result.push_back({number, loss, probabilities});
  }
  return result;
}

/// Of sample number `sample`, all outputs one after the other; returns where the next one's go.
float* tell(const std::vector<TeacherOutput>& outputs, const std::vector<ModelOutputs>& given, std::size_t sample,
            float* to) {
  for (const TeacherOutput& output : outputs) {
    const ModelOutputs& own = given[output.number];
    for (std::size_t k = 0; k < own.size; ++k) *to++ = output.told(own.values[sample * own.size + k]);
  }
  return to;
}

/// Asks `model` for one sample after the other.
auto asking(const std::shared_ptr<const Executable>& model, const Dataset& data,
            const std::vector<TeacherOutput>& outputs) {
  Dataset one;
  one.sample_shape = data.sample_shape;
  one.parts = data.parts;
  one.labels = {0};
  return [=](std::span<const float> sample, std::span<float> told) mutable {
    one.floats.assign(sample.begin(), sample.end());
    const std::vector<ModelOutputs> given = all_outputs_of(model, one, 1);
    std::size_t numbers = 0;
    for (const ModelOutputs& output : given) numbers += output.size;
    ensure(numbers == told.size(), "{} numbers of the teacher, not {}", numbers, told.size());
    tell(outputs, given, 0, told.data());
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
    const Dataset asked = blended ? data.first(kEnough) : data;
    const std::vector<ModelOutputs> given = all_outputs_of(model, asked, options.threads);
    const std::vector<TeacherOutput> outputs = teacher_outputs(recipe, model->graph, given);
    if (blended) {
      options.distillation.ask = asking(model, data, outputs);
      return;
    }
    std::size_t numbers = 0;
    for (const ModelOutputs& output : given) numbers += output.size;
    options.distillation.teacher.resize(asked.size() * numbers);
    float* to = options.distillation.teacher.data();
    for (std::size_t i = 0; i < asked.size(); ++i) to = tell(outputs, given, i, to);
  });
}

}  // namespace thimble
