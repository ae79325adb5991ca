// Recipes with several inputs and outputs, and with shared layers; .keras files of such models.
#include <gtest/gtest.h>

#include "base/error.h"
#include "io/keras.h"
#include "io/keras_layout.h"
#include "io/recipe.h"

namespace thimble {
namespace {

constexpr const char* kData = "[data]\npath = \"digits\"\n";

Recipe read(const std::string& text) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "recipe.toml";
  real_file_system().write(path, text);
  return read_recipe(real_file_system(), path);
}

/// The message behind the path of the file.
std::string error_of(const std::string& text) {
  try {
    build_model(read(text), Shape{3});
  } catch (const InputError& error) {
    const std::string message = error.what();
    return message.substr(message.find("recipe.toml: ") + 13);
  }
  return "no error";
}

constexpr const char* kTwoInputs = R"(
[[layers]]
type = "InputLayer"
name = "a"
[[layers]]
type = "InputLayer"
name = "b"
shape = [3]
[[layers]]
type = "Dense"
name = "side"
units = 3
inputs = ["b"]
[[layers]]
call = "side"
name = "again"
)";

TEST(FunctionalRecipe, SeveralInputsAndOutputsAndASharedLayer) {
  const Recipe recipe = read("outputs = [\"out\", \"side\"]\n" + std::string(kData) + kTwoInputs + R"(
inputs = ["side"]
[[layers]]
type = "Add"
name = "sum"
inputs = ["a", "again"]
[[layers]]
type = "Dense"
name = "out"
units = 2
activation = "softmax"
[train]
loss = {out = "sparse_categorical_crossentropy", side = {type = "huber", delta = 2.0}}
loss_weights = [1.0, 0.25]
metrics = {side = ["mae"]}
)");
  EXPECT_EQ(recipe.data.names.inputs, (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(recipe.losses.at(0).from_logits);
  EXPECT_FLOAT_EQ(recipe.losses.at(1).config.real("delta"), 2.0f);
  EXPECT_EQ(recipe.losses.at(1).weight, 0.25);
  EXPECT_EQ(recipe.output_metrics.at("side"), (std::vector<std::string>{"mae"}));
  const Model model = build_model(recipe, Shape{3});
  EXPECT_EQ(model.graph.inputs.size(), 2u);
  EXPECT_EQ(model.graph.tensor(model.graph.outputs.at(1)).name, "side");
  ASSERT_EQ(model.layers.at(0).calls.size(), 2u);
  EXPECT_EQ(model.layers[0].calls[1].inputs, (std::vector<TensorId>{model.layers[0].calls[0].output}));
  EXPECT_EQ(model.graph.nodes[0].inputs[1], model.graph.nodes[1].inputs[1]);
}

TEST(FunctionalRecipe, NamesWhatIsWrongWithInputsAndOutputs) {
  const std::string head = std::string(kData) + kTwoInputs;
  EXPECT_EQ(error_of("outputs = [\"side\"]\n" + head),
            "nothing reads the layer 'again'; name it in another one's inputs, or in outputs");
  EXPECT_EQ(error_of("outputs = [\"agian\"]\n" + head),
            "outputs: no layer has the name 'agian'; give it by name = \"agian\"");
  EXPECT_EQ(error_of(head + "inputs = [\"a\"]\n[[layers]]\ntype = \"InputLayer\"\nname = \"c\"\n"),
            "layer 5 (InputLayer): inputs come before the other layers");
  EXPECT_EQ(error_of("outputs = [\"again\"]\n" + head + "inputs = [\"side\"]\n[train]\nloss = {agin = \"mse\"}\n"),
            "[train]: unknown output of loss 'agin'; did you mean 'again'?");
  EXPECT_EQ(
      error_of("outputs = [\"again\", \"side\"]\n" + head + "inputs = [\"side\"]\n[train]\nloss = {again = \"mse\"}\n"),
      "[train]: loss of 'side': loss: the output 'side' has none; give one for each");
  EXPECT_EQ(error_of(std::string(kData) + "[[layers]]\ncall = \"x\"\n"),
            "layer 1 (x): there is no layer 'x' before it");
}

constexpr const char* kCrossing = R"(
outputs = ["near", "far"]
[data]
path = "digits"
[[layers]]
type = "InputLayer"
name = "a"
[[layers]]
type = "InputLayer"
name = "b"
shape = [3]
[[layers]]
type = "Dense"
name = "near"
units = 3
inputs = ["b"]
[[layers]]
type = "Dense"
name = "first"
units = 3
inputs = ["a"]
[[layers]]
type = "Activation"
name = "nothing"
activation = "linear"
[[layers]]
call = "first"
[[layers]]
type = "Dense"
name = "far"
units = 2
)";

// Keras numbers layers, in the weights file too, by their distance from the outputs.
TEST(FunctionalKeras, LayersStandInKerasOrder) {
  const Model model = build_model(read(kCrossing), Shape{3});
  std::vector<std::string> names;
  for (const int index : keras_layer_order(model)) {
    names.push_back(index < 0 ? model.graph.tensor(model.graph.inputs[static_cast<std::size_t>(-1 - index)]).name
                              : model.layers[static_cast<std::size_t>(index)].name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"a", "first", "nothing", "b", "near", "far"}));
}

TEST(FunctionalKeras, ReadsWhatItWrites) {
  const Model model = build_model(read(kCrossing), Shape{3});
  const Model back = read_keras(write_keras(model));
  EXPECT_EQ(write_keras(back), write_keras(model));
  ASSERT_EQ(back.graph.inputs.size(), 2u);
  EXPECT_EQ(back.graph.tensor(back.graph.inputs[1]).name, "b");
  EXPECT_EQ(back.graph.tensor(back.graph.outputs.at(0)).name, "near");
  EXPECT_EQ(back.losses.size(), 2u);
  for (const Layer& layer : model.layers) {
    const auto same = std::ranges::find(back.layers, layer.name, &Layer::name);
    ASSERT_NE(same, back.layers.end());
    EXPECT_EQ(same->calls.size(), layer.calls.size());
    for (std::size_t w = 0; w < layer.weights.size(); ++w) {
      EXPECT_EQ(*back.graph.tensor(same->weights[w].tensor).data, *model.graph.tensor(layer.weights[w].tensor).data);
    }
  }
}

}  // namespace
}  // namespace thimble
