// [compress] through recurrent layers, attention, normalization and embeddings, as the user runs it: the exported model
// scores what training said.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file_system.h"
#include "base/random.h"
#include "base/subprocess.h"
#include "io/load.h"
#include "wire/npz.h"

namespace thimble {
namespace {

using nlohmann::json;

constexpr const char* kRecurrent = R"(
[[layers]]
type = "Bidirectional"
layer = {type = "GRU", units = 5, return_sequences = true}
[[layers]]
type = "LSTM"
units = 6
return_sequences = true
[[layers]]
type = "SimpleRNN"
units = 6
)";

constexpr const char* kAttention = R"(
[[layers]]
type = "Embedding"
name = "words"
input_dim = 8
output_dim = 6
[[layers]]
type = "MultiHeadAttention"
name = "attention"
num_heads = 2
key_dim = 3
inputs = ["words", "words"]
[[layers]]
type = "Add"
inputs = ["words", "attention"]
[[layers]]
type = "LayerNormalization"
[[layers]]
type = "GlobalAveragePooling1D"
)";

/// Sequences of 8 numbers below 8, which the class moves up.
void add_part(NpzArrays& arrays, const std::string& part, std::int64_t count, std::uint64_t seed, bool channels) {
  Random random(seed);
  std::vector<float> values;
  Bytes labels;
  for (std::int64_t i = 0; i < count; ++i) {
    labels.push_back(static_cast<std::uint8_t>(i % 3));
    for (int k = 0; k < 8; ++k)
      values.push_back(static_cast<float>(random.below(4) + 2 * (static_cast<unsigned>(i) % 3)));
  }
  arrays["x_" + part] = make_npy<float>({count, 8}, values);
  if (channels) arrays["x_" + part].shape = {count, 4, 2};
  arrays["y_" + part] = {NpyType::kUint8, {count}, labels};
}

class CompressProgram : public ::testing::Test {
 protected:
  void write_recipe(const std::string& layers, bool channels) {
    NpzArrays arrays;
    add_part(arrays, "train", 600, 1, channels);
    add_part(arrays, "test", 200, 2, channels);
    real_file_system().write(folder_.path() / "data.npz", ByteSpan(write_npz(arrays)));
    const std::string shape = channels ? "shape = [4, 2]\n" : "";
    real_file_system().write(folder_.path() / "recipe.toml",
                             "[data]\npath = \"data.npz\"\n" + shape + layers +
                                 "[[layers]]\ntype = \"Dense\"\nunits = 3\n[train]\nlearning_rate = 1e-2\nepochs = 2\n"
                                 "[compress]\nepochs = 2\ncalibrate = 100\n");
  }
  std::string run(std::vector<std::string> command) {
    command.insert(command.begin(), THIMBLE_PROGRAM);
    const ProcessResult result = run_process(command, {.folder = {}, .timeout = std::chrono::minutes(2)});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
  }
  std::string path(const std::string& name) { return (folder_.path() / name).string(); }

  /// Trains, and holds the exported model and the one converted from model.keras against the history.
  void train_and_compare(const std::vector<std::string>& settings, const std::string& scheme = "int8") {
    std::vector<std::string> command = {"train", path("recipe.toml"), "-o", path("out"), "--threads", "1"};
    for (const std::string& setting : settings) command.insert(command.end(), {"--set", setting});
    run(command);
    run({"convert", path("out/model.keras"), "-o", path("out/again.tflite"), "--quantize", scheme});
    const json history = json::parse(as_text(real_file_system().read(path("out/history.json"))));
    for (const char* model : {"out/model.tflite", "out/again.tflite"}) {
      const json figures = json::parse(run({"eval", path(model), "--data", path("data.npz"), "--json"}));
      EXPECT_EQ(figures["accuracy"], history["val_accuracy"].back()) << model;
      EXPECT_EQ(figures["loss"], history["val_loss"].back()) << model;
    }
    EXPECT_GT(history["val_accuracy"].back(), 0.8);
  }
  /// The int8 constants of two dimensions: weights.
  std::vector<std::vector<int>> integer_weights() {
    const Graph graph = load_graph(real_file_system(), path("out/model.tflite"));
    std::vector<std::vector<int>> result;
    for (const Tensor& tensor : graph.tensors) {
      if (!tensor.constant() || tensor.type != Type::kInt8 || tensor.shape.size() != 2 || tensor.shape[0] < 2) continue;
      const auto values = tensor.values<std::int8_t>();
      result.emplace_back(values.begin(), values.end());
    }
    return result;
  }

  TemporaryFolder folder_;
};

TEST_F(CompressProgram, RecurrentLayersScoreWhatTrainingSaid) {
  write_recipe(kRecurrent, true);
  train_and_compare({});
  train_and_compare({"compress.quantize=int16x8"}, "int16x8");
  train_and_compare({"compress.sparsity=0.5"});
  const auto weights = integer_weights();
  EXPECT_EQ(weights.size(), 8u + 8u + 2u + 1u);  // two GRUs, LSTM, SimpleRNN, Dense
  for (const std::vector<int>& values : weights) EXPECT_GE(2 * std::ranges::count(values, 0), std::ssize(values));
}

TEST_F(CompressProgram, AttentionScoresWhatTrainingSaid) {
  write_recipe(kAttention, false);
  train_and_compare({"compress.sparsity=0.25"});
  train_and_compare({"compress.quantize=int16x8"}, "int16x8");
  train_and_compare({"compress.weights=ternary"});
  const auto weights = integer_weights();
  EXPECT_EQ(weights.size(), 1u + 4u + 1u);  // table, attention, Dense
  for (const std::vector<int>& values : weights) {
    EXPECT_TRUE(std::ranges::all_of(values, [](int value) { return std::abs(value) <= 1; }));
  }
}

TEST_F(CompressProgram, SeveralOutputsScoreWhatTrainingSaid) {
  NpzArrays arrays;
  for (const std::string part : {"train", "test"}) {
    NpzArrays own;
    add_part(own, part, 300, part == "train" ? 1 : 2, false);
    arrays["numbers_" + part] = own["x_" + part];
    arrays["class_" + part] = own["y_" + part];
    std::vector<float> sums;
    for (int i = 0; i < 300; ++i) sums.push_back(own["x_" + part].values<float>()[static_cast<std::size_t>(8 * i)]);
    arrays["first_" + part] = make_npy<float>({300, 1}, sums);
  }
  real_file_system().write(folder_.path() / "data.npz", ByteSpan(write_npz(arrays)));
  real_file_system().write(folder_.path() / "recipe.toml", R"(
outputs = ["class", "first"]
[data]
path = "data.npz"
[[layers]]
type = "InputLayer"
name = "numbers"
[[layers]]
type = "Dense"
name = "class"
units = 3
activation = "softmax"
[[layers]]
type = "Dense"
name = "first"
units = 1
inputs = ["numbers"]
[train]
epochs = 2
loss = {class = "sparse_categorical_crossentropy", first = "mae"}
class_weight = {class = "balanced"}
[compress]
epochs = 2
)");
  run({"train", path("recipe.toml"), "-o", path("out"), "--threads", "1"});
  const json history = json::parse(as_text(real_file_system().read(path("out/history.json"))));
  const json figures = json::parse(run({"eval", path("out/model.tflite"), "--data", path("data.npz"), "--json"}));
  const json& outputs = figures["outputs"];
  EXPECT_EQ(outputs["class"]["accuracy"], history["val_class_accuracy"].back());
  EXPECT_NEAR(outputs["class"]["loss"].get<double>(), history["val_class_loss"].back().get<double>(), 1e-5);
  EXPECT_NEAR(outputs["first"]["metrics"]["mean_absolute_error"].get<double>(),
              history["val_first_loss"].back().get<double>(), 1e-5);
}

}  // namespace
}  // namespace thimble
