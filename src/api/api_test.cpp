#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "base/file_system.h"
#include "thimble/thimble.h"

namespace thimble {
namespace {

/// Two classes of four numbers: which of the halves is greater.
Samples halves() {
  const auto values = [](int count) {
    std::vector<float> result;
    for (int i = 0; i < count; ++i) {
      const float high = 0.6f + 0.01f * static_cast<float>(i % 30);
      const float low = 0.3f - 0.01f * static_cast<float>(i % 17);
      const bool first = i % 2 == 0;
      for (const float value : {first ? high : low, first ? high : low, first ? low : high, first ? low : high}) {
        result.push_back(value);
      }
    }
    return result;
  };
  const auto labels = [](int count) {
    std::vector<int> result;
    for (int i = 0; i < count; ++i) result.push_back(i % 2);
    return result;
  };
  return Samples::from({4}, values(200), labels(200), values(40), labels(40));
}

Network small() {
  Network network({4}, 3);
  const auto a = network.add("Dense", {{"units", 6}, {"activation", "tanh"}, {"name", "a"}});
  const auto b = network.add("Dense", {{"units", 6}}, {network.input()});
  network.add("Multiply", {}, {a, b});
  network.add("Dense", {{"units", 2}});
  network.compile("adam", "sparse_categorical_crossentropy", {{"learning_rate", 0.01}});
  return network;
}

TEST(Api, TrainsSavesLoadsAndConverts) {
  const Samples samples = halves();
  Network network = small();
  const std::vector<EpochScore> scores = network.fit(samples, {.epochs = 10});
  ASSERT_EQ(scores.size(), 10u);
  EXPECT_LT(scores[9].train.loss, scores[0].train.loss);
  EXPECT_EQ(scores[9].test.accuracy, 1.0);
  TemporaryFolder folder;
  network.save(folder.path() / "model.keras");
  Network loaded = Network::load(folder.path() / "model.keras");
  EXPECT_NEAR(loaded.evaluate(samples).loss, network.evaluate(samples).loss, 1e-6);

  const Inference inference = network.inference();
  const std::vector<float> input = {0.7f, 0.7f, 0.2f, 0.2f};
  const std::vector<float> output = inference.run(input);
  ASSERT_EQ(output.size(), 2u);
  EXPECT_GT(output[0], output[1]);
  const Inference int8 = network.quantize(samples);
  EXPECT_EQ(int8.evaluate(samples).accuracy, 1.0);
  EXPECT_NEAR(int8.run(input)[0], output[0], 0.1 + 0.05 * std::fabs(output[0]));
  int8.save(folder.path() / "model.tflite");
  EXPECT_EQ(std::filesystem::file_size(folder.path() / "model.tflite"), int8.size());
  EXPECT_EQ(Inference::load(folder.path() / "model.tflite").run(input), int8.run(input));
  int8.generate_c(folder.path() / "c", "cortex-m4", "speed");
  EXPECT_TRUE(std::filesystem::is_regular_file(folder.path() / "c" / "model.h"));
}

TEST(Api, GoesOnWhereItStopped) {
  const Samples samples = halves();
  Network once = small(), twice = small();
  const auto all = once.fit(samples, {.epochs = 4});
  twice.fit(samples, {.epochs = 2});
  const auto rest = twice.fit(samples, {.epochs = 2});
  EXPECT_EQ(rest.back().epoch, 4);
  EXPECT_EQ(rest.back().train.loss, all.back().train.loss);
}

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Api, SaysWhatIsWrong) {
  EXPECT_EQ(error_of([] { Network({4}).add("Dens"); }), "unknown layer 'Dens'; did you mean 'Dense'?");
  EXPECT_EQ(error_of([] {
              Network({4}).add("Dense", {{"unit", 3}});
            }),
            "Dense: unknown Dense's argument 'unit'; did you mean 'units'?");
  EXPECT_EQ(error_of([] { Network({4}).add("Dense", {{"units", "x"}}); }), "Dense: units = \"x\": expected an integer");
  EXPECT_EQ(error_of([] {
              Network({4}).add("Conv2D", {{"filters", 2}, {"kernel_size", 3}});
            }),
            "Conv2D: the input is 4, expected height x width x channels");
  EXPECT_EQ(error_of([] {
              small().add("Dense", {{"units", 1}});
            }),
            "Dense: a network takes no more layers once it is compiled");
  EXPECT_EQ(error_of([] {
              Network network({4});
              network.add("Dense", {{"units", 2}});
              network.fit(halves());
            }),
            "compile the network before it is fitted");
  EXPECT_EQ(error_of([] { Samples::from({2}, {1, 2, 3}, {0}, {1, 2}, {0}); }), "3 numbers for 1 training samples of 2");
}

}  // namespace
}  // namespace thimble
