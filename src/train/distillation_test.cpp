// A teacher that is asked for blended samples.
#include <gtest/gtest.h>

#include "base/error.h"
#include "train/testing.h"

namespace thimble::testing {
namespace {

Model linear() {
  ModelMaker maker({1, 6, 6, 2});
  maker.sgd(0.5);
  return maker.finish(maker.dense(maker.flatten(maker.input()), 3));
}

/// What linear() gives, computed by hand.
void answer(const Model& model, std::span<const float> sample, std::span<float> logits) {
  const auto weights = model.graph.tensor(model.graph.nodes[1].inputs[1]).values<float>();
  const auto bias = model.graph.tensor(model.graph.nodes[1].inputs[2]).values<float>();
  for (std::size_t k = 0; k < logits.size(); ++k) {
    float sum = bias[k];
    for (std::size_t i = 0; i < sample.size(); ++i) sum += weights[k * sample.size() + i] * sample[i];
    logits[k] = sum;
  }
}

TrainOptions blended(const Model& teacher, int threads) {
  TrainOptions options = {.batch_size = 20, .epochs = 2, .threads = threads};
  options.augmentation.mixup = 0.4f;
  options.augmentation.noise = 0.1f;
  options.distillation.alpha = 0.0f;
  options.distillation.ask = [teacher](auto sample, auto logits) { answer(teacher, sample, logits); };
  return options;
}

// Who has a twin for a teacher learns nothing, if the twin sees the very samples, blended and noisy.
TEST(Distillation, TheTeacherSeesTheBlendedSamples) {
  const Dataset data = bright_spots(90);
  const Model start = linear();
  Model model = start;
  train(model, data, data, blended(start, 2));
  const std::vector<float> before = weights_of(start), after = weights_of(model);
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_NEAR(after[i], before[i], 1e-5f);
}

TEST(Distillation, GoesTowardsTheTeacherWhateverTheThreads) {
  const Dataset data = bright_spots(90);
  Model teacher = linear();
  train(teacher, data, data, {.batch_size = 20, .epochs = 5});
  std::vector<float> expected;
  for (const int threads : {1, 2}) {
    Model model = linear();
    const TrainResult result = train(model, data, data, blended(teacher, threads));
    EXPECT_LT(result.epochs[1].loss, result.epochs[0].loss);
    if (expected.empty()) expected = weights_of(model);
    EXPECT_EQ(weights_of(model), expected);
  }
}

TEST(Distillation, ATeacherOfOtherOutputsIsRefused) {
  const Dataset data = bright_spots(90);
  Model model = linear();
  TrainOptions options;
  options.distillation.teacher.resize(90 * 4);
  EXPECT_THROW(train(model, data, data, options), InputError);
}

}  // namespace
}  // namespace thimble::testing
