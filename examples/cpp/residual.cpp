// A network whose layers are a graph, not a chain, trained on waves made here: which of three frequencies a noisy
// sequence of 32 steps holds.
#include <thimble/thimble.h>

#include <cmath>
#include <cstdio>
#include <random>

namespace {

constexpr int kSteps = 32;
constexpr int kClasses = 3;

struct Waves {
  std::vector<float> values;
  std::vector<int> labels;
};

Waves waves(int count, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<float> noise(-0.5f, 0.5f);
  Waves result;
  for (int i = 0; i < count; ++i) {
    const int label = i % kClasses;
    const float phase = 6.0f * noise(random);
    for (int t = 0; t < kSteps; ++t) {
      result.values.push_back(std::sin(0.2f * static_cast<float>((label + 1) * t) + phase) + noise(random));
    }
    result.labels.push_back(label);
  }
  return result;
}

thimble::Network classifier() {
  thimble::Network network({kSteps, 1});
  const auto wide = network.add("Conv1D", {{"filters", 12}, {"kernel_size", 5}, {"padding", "same"}});
  const auto deep =
      network.add("Conv1D", {{"filters", 12}, {"kernel_size", 3}, {"padding", "same"}, {"activation", "relu"}});
  network.add("Add", {}, {wide, deep});
  network.add("MaxPooling1D");
  network.add("GRU", {{"units", 16}});
  network.add("Dense", {{"units", kClasses}});
  network.compile("adam", "sparse_categorical_crossentropy", {{"learning_rate", 3e-3}});
  return network;
}

}  // namespace

int main() {
  const Waves train = waves(1200, 1), test = waves(300, 2);
  const auto samples = thimble::Samples::from({kSteps, 1}, train.values, train.labels, test.values, test.labels);
  thimble::Network network = classifier();
  const auto scores = network.fit(samples, {.epochs = 8});
  std::printf("float: test accuracy %.3f\n", scores.back().test.accuracy);
  const thimble::Inference int8 = network.quantize(samples);
  std::printf("int8:  test accuracy %.3f, %zu bytes\n", int8.evaluate(samples).accuracy, int8.size());
}
