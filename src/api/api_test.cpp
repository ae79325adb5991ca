#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "base/file_system.h"
#include "thimble/thimble.h"
#include "wire/npz.h"

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
  int8.generate_c(folder.path() / "own",
                  CompileOptions{.target = "cortex-m4", .output_of_caller = true, .class_only = true});
  const Bytes file = real_file_system().read(folder.path() / "own" / "model.h");
  const std::string header(as_text(file));
  EXPECT_NE(header.find("void model_set_output(int index, void *data);"), std::string::npos);
  EXPECT_NE(header.find("int32 1, 4 bytes"), std::string::npos) << header;
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

// examples of the header: several inputs and outputs, a layer that is used twice.
TEST(Api, SeveralInputsAndOutputs) {
  const auto array = [](int first, int count, int size) {
    std::vector<float> values;
    for (int i = 0; i < count * size; ++i) values.push_back(static_cast<float>((first + i * 7) % 11) / 11.0f);
    return make_npy<float>({count, size}, values);
  };
  const auto labels = [](int count) {
    std::vector<std::int32_t> values;
    for (int i = 0; i < count; ++i) values.push_back(i % 2);
    return make_npy<std::int32_t>({count}, values);
  };
  TemporaryFolder folder;
  NpzArrays arrays;
  for (const auto& [part, count] : {std::pair<std::string, int>{"_train", 60}, {"_test", 22}}) {
    arrays["left" + part] = array(1, count, 4);
    arrays["right" + part] = array(5, count, 4);
    arrays["odd" + part] = labels(count);
    arrays["sum" + part] = array(2, count, 1);
  }
  real_file_system().write(folder.path() / "data.npz", ByteSpan(write_npz(arrays)));
  const Samples samples = Samples::load(folder.path() / "data.npz", {"left", "right"}, {"odd", "sum"});
  Network network = Network::with_inputs({{"left", {4}}, {"right", {4}}}, 1);
  const auto left = network.add("Dense", {{"units", 5}, {"activation", "relu"}, {"name", "side"}}, {network.input(0)});
  const auto both = network.add("Concatenate", {}, {left, network.call("side", {network.input(1)})});
  const auto odd = network.add("Dense", {{"units", 1}, {"activation", "sigmoid"}, {"name", "odd"}}, {both});
  const auto sum = network.add("Dense", {{"units", 1}, {"name", "sum"}}, {both});
  network.set_outputs({odd, sum});
  network.compile("adam", {"binary_crossentropy", "mse"}, {1.0, 0.5}, {{"learning_rate", 0.02}});
  const std::vector<EpochScore> scores = network.fit(samples, {.epochs = 30});
  EXPECT_LT(scores.back().test.loss, scores[0].test.loss);
  EXPECT_NEAR(scores.back().test.loss,
              scores.back().test.outputs.at("odd_loss") + 0.5 * scores.back().test.outputs.at("sum_loss"), 1e-6);
  network.save(folder.path() / "model.keras");
  Network loaded = Network::load(folder.path() / "model.keras");
  EXPECT_NEAR(loaded.evaluate(samples).loss, scores.back().test.loss, 1e-6);
  const auto outputs = network.inference().run({{0.1f, 0.2f, 0.3f, 0.4f}, {0.4f, 0.3f, 0.2f, 0.1f}});
  ASSERT_EQ(outputs.size(), 2u);
  const Inference int8 = network.quantize(samples);
  const auto integers = int8.run({{0.1f, 0.2f, 0.3f, 0.4f}, {0.4f, 0.3f, 0.2f, 0.1f}});
  for (std::size_t k = 0; k < 2; ++k) EXPECT_NEAR(integers[k].at(0), outputs[k].at(0), 0.05);
  EXPECT_NEAR(int8.evaluate(samples).outputs.at("odd_accuracy"), scores.back().test.outputs.at("odd_accuracy"), 0.1);
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
