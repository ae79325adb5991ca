#include "io/recipe.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ops/op.h"

namespace thimble {
namespace {

constexpr const char* kData = "[data]\npath = \"digits\"\n";

class RecipeTest : public ::testing::Test {
 protected:
  Recipe read(const std::string& text) {
    real_file_system().write(path_, text);
    return read_recipe(real_file_system(), path_);
  }
  /// The message without the path of the file.
  std::string error_of(const std::string& text, const Shape& sample = {28, 28, 1}) {
    try {
      build_model(read(text), sample);
    } catch (const InputError& error) {
      const std::string message = error.what();
      const std::string prefix = path_.string() + ": ";
      EXPECT_EQ(message.find(prefix), 0u) << message;
      EXPECT_EQ(message.find('\n'), std::string::npos) << message;
      return message.substr(prefix.size());
    }
    return "no error";
  }

  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_.path() / "tiny.toml";
};

TEST_F(RecipeTest, TheExample) {
  const std::filesystem::path example = std::filesystem::path(THIMBLE_SOURCE_DIR) / "examples/mnist/recipe.toml";
  const Recipe recipe = read_recipe(real_file_system(), example);
  EXPECT_EQ(recipe.name, "mnist");
  EXPECT_EQ(recipe.data.paths, std::vector<std::string>{THIMBLE_SOURCE_DIR "/data/mnist"});
  EXPECT_EQ(recipe.batch_size, 32);
  EXPECT_EQ(recipe.epochs, 5);
  EXPECT_EQ(recipe.optimizer.class_name, "Adam");
  EXPECT_FLOAT_EQ(recipe.optimizer.config.real("learning_rate"), 1e-3f);
  EXPECT_FLOAT_EQ(recipe.optimizer.config.real("epsilon"), 1e-7f);
  EXPECT_EQ(recipe.losses.at(0).class_name, "SparseCategoricalCrossentropy");
  EXPECT_TRUE(recipe.losses.at(0).from_logits);
  const Model model = build_model(recipe, {28, 28, 1});
  ASSERT_EQ(model.layers.size(), 5u);
  EXPECT_EQ(model.layers[0].name, "conv2d");
  EXPECT_EQ(model.layers[4].name, "dense_1");
  EXPECT_EQ(model.layers[0].config.text("padding"), "valid");
  ASSERT_EQ(model.graph.nodes.size(), 5u);
  EXPECT_EQ(model.graph.nodes[0].attributes.text("activation"), "RELU");
  EXPECT_EQ(model.graph.tensor(model.graph.outputs[0]).shape, (Shape{1, 10}));
}

TEST_F(RecipeTest, DefaultsAndNames) {
  const Recipe recipe =
      read(std::string(kData) + "[[layers]]\ntype = \"Dense\"\nunits = 3\nactivation = \"softmax\"\n");
  EXPECT_EQ(recipe.name, "tiny");
  EXPECT_EQ(recipe.data.paths, std::vector<std::string>{folder_.path() / "digits"});
  EXPECT_FALSE(recipe.data.scale.has_value());
  EXPECT_EQ(recipe.batch_size, 32);
  EXPECT_FALSE(recipe.losses.at(0).from_logits);
  const Model model = build_model(recipe, {4});
  EXPECT_EQ(model.graph.nodes.back().op, "SOFTMAX");
  EXPECT_EQ(model.graph.name, "tiny");
}

TEST_F(RecipeTest, AllOfTrain) {
  const Recipe recipe = read(
      "seed = 5\n[data]\npath = \"x\"\nscale = 0.5\n[[layers]]\ntype = \"Dense\"\nunits = 3\n[train]\noptimizer = "
      "\"sgd\"\nmomentum = 0.9\nnesterov = true\nlearning_rate = 1\nloss = \"mse\"\nbatch_size = 7\nepochs = 2\n");
  EXPECT_EQ(recipe.seed, 5u);
  EXPECT_EQ(recipe.data.scale, 0.5f);
  EXPECT_EQ(recipe.optimizer.class_name, "SGD");
  EXPECT_FLOAT_EQ(recipe.optimizer.config.real("momentum"), 0.9f);
  EXPECT_TRUE(recipe.optimizer.config.flag("nesterov"));
  EXPECT_FLOAT_EQ(recipe.optimizer.config.real("learning_rate"), 1.0f);
  EXPECT_EQ(recipe.losses.at(0).class_name, "MeanSquaredError");
  EXPECT_FALSE(recipe.losses.at(0).from_logits);
}

TEST_F(RecipeTest, Augmentation) {
  const std::string dense = std::string(kData) + "[[layers]]\ntype = \"Dense\"\nunits = 2\n[augment]\n";
  const thimble::Augmentation all =
      read(dense + "shift = 0.1\nrotate = 15\nflip = \"horizontal\"\ntime_masks = 2\nfill = -1\n").augmentation;
  EXPECT_EQ(all.shift, 0.1F);
  EXPECT_EQ(all.rotate, 15);
  EXPECT_EQ(all.flip, "horizontal");
  EXPECT_EQ(all.elastic_grid, 4);
  EXPECT_EQ(all.time_masks, 2);
  EXPECT_EQ(all.fill, -1);
  EXPECT_EQ(all.zoom, 0);
  EXPECT_FALSE(read(dense).augmentation.any());
  EXPECT_EQ(error_of(dense + "rotat = 1\n"), "[augment]: unknown argument 'rotat'; did you mean 'rotate'?");
  EXPECT_EQ(error_of(dense + "shift = 2\n"), "[augment]: shift = 2: expected a number from 0 to 1");
  EXPECT_EQ(error_of(dense + "flip = \"left\"\n").substr(0, 31), "[augment]: unknown flip 'left';");
}

TEST_F(RecipeTest, Compression) {
  const std::string dense = std::string(kData) + "[[layers]]\ntype = \"Dense\"\nunits = 2\n";
  EXPECT_EQ(read(dense).compression.epochs, 0);
  const thimble::Compression all = read(dense +
                                        "[compress]\nquantize = \"int16x8\"\nweights = \"ternary\"\n"
                                        "sparsity = 0.5\nstructured = true\nclusters = 16\n")
                                       .compression;
  EXPECT_EQ(all.epochs, 5);
  EXPECT_EQ(all.scheme, Scheme::kInt16x8);
  EXPECT_EQ(all.weights, WeightForm::kTernary);
  EXPECT_EQ(all.sparsity, 0.5F);
  EXPECT_TRUE(all.structured);
  EXPECT_EQ(all.clusters, 16);
  EXPECT_EQ(error_of(dense + "[compress]\nsparsity = 1\n"),
            "[compress]: sparsity = 1: expected a number from 0 to below 1");
  EXPECT_EQ(error_of(dense + "[compress]\nclusters = 1\n"),
            "[compress]: clusters = 1: expected 2 to 255, or 0 for none");
  EXPECT_EQ(error_of(dense + "[compress]\nepoch = 1\n"),
            "[compress]: unknown argument 'epoch'; did you mean 'epochs'?");
}

TEST_F(RecipeTest, WhatTrainersHave) {
  const Recipe recipe = read(R"(
[data]
path = ["a", "b:100"]
weights = [1, 2.5]
label = "kind"
[[layers]]
type = "Dense"
units = 3
kernel_regularizer = {l2 = 0.5}
bias_regularizer = "l1"
[train]
optimizer = "rmsprop"
learning_rate = {type = "PiecewiseConstantDecay", boundaries = [10, 20], values = [0.1, 0.01, 0.001]}
clipnorm = 2
use_ema = true
loss = "sparse_categorical_crossentropy"
label_smoothing = 0.1
class_weight = [1, 2, 3]
metrics = ["accuracy", "auc"]
validation_split = 0.25
[[callbacks]]
type = "ReduceLROnPlateau"
patience = 4
[distillation]
teacher = "big.keras"
temperature = 2
)");
  EXPECT_EQ(recipe.data.paths, (std::vector<std::string>{folder_.path() / "a", folder_.path() / "b:100"}));
  EXPECT_EQ(recipe.data.weights, (std::vector<double>{1, 2.5}));
  EXPECT_EQ(recipe.data.label, "kind");
  EXPECT_EQ(recipe.optimizer.class_name, "RMSprop");
  EXPECT_EQ(recipe.optimizer.schedule.values, (std::vector<double>{0.1, 0.01, 0.001}));
  EXPECT_FLOAT_EQ(recipe.optimizer.config.real("learning_rate"), 0.1f);
  EXPECT_FLOAT_EQ(recipe.optimizer.config.real("clipnorm"), 2.0f);
  EXPECT_FALSE(recipe.optimizer.config.has("weight_decay"));
  EXPECT_EQ(recipe.losses.at(0).class_name, "CategoricalCrossentropy");  // which has smoothed labels in Keras
  EXPECT_FLOAT_EQ(recipe.losses.at(0).config.real("label_smoothing"), 0.1f);
  EXPECT_EQ(recipe.class_weight.factors, (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(recipe.metrics, std::vector<std::string>{"auc"});
  EXPECT_EQ(recipe.validation_split, 0.25f);
  ASSERT_EQ(recipe.callbacks.size(), 1u);
  EXPECT_EQ(recipe.callbacks[0].config.integer("patience"), 4);
  EXPECT_EQ(recipe.distillation.teacher, folder_.path() / "big.keras");
  const Model model = build_model(recipe, {4});
  EXPECT_EQ(model.layers[0].weights[0].l2, 0.5);
  EXPECT_EQ(model.layers[0].weights[1].l1, 0.01);
}

TEST_F(RecipeTest, WhatTrainersGetWrong) {
  const std::string dense = std::string(kData) + "[[layers]]\ntype = \"Dense\"\nunits = 2\n";
  EXPECT_EQ(error_of(dense + "gamma_regularizer = \"l2\"\n", {4}),
            "layer 1 (Dense): unknown argument 'gamma_regularizer': the layer has no such weight");
  EXPECT_EQ(error_of(dense + "kernel_regularizer = {l3 = 1}\n").substr(0, 60),
            "layer 1 (Dense): kernel_regularizer = {\"l3\":1}: expected \"l1");
  EXPECT_EQ(error_of(dense + "[train]\nlearning_rate = {type = \"CosinDecay\"}\n"),
            "[train]: learning_rate: unknown schedule 'CosinDecay'; did you mean 'CosineDecay'?");
  EXPECT_EQ(error_of(dense + "[train]\nfolds = 1\n"), "[train]: folds = 1: two are the least");
  EXPECT_EQ(error_of(dense + "[train]\nvalidation_split = 1\n"),
            "[train]: validation_split = 1: must be from 0 to below 1");
  EXPECT_EQ(error_of(dense + "[[callbacks]]\ntype = \"EarlyStoping\"\n"),
            "callback 1: unknown callback 'EarlyStoping'; did you mean 'EarlyStopping'?");
  EXPECT_EQ(error_of(dense + "[train]\nlearning_rate = -1.0\n"), "[train]: learning_rate = -1: must be at least 0");
  EXPECT_EQ(error_of(dense + "[train]\noptimizer = \"sgd\"\nmomentum = 1.5\n"),
            "[train]: momentum = 1.5: must be from 0 to below 1");
  EXPECT_EQ(error_of(dense + "[train]\nlearning_rate = {type = \"CosineDecay\", initial_learning_rate = -1.0}\n"),
            "[train]: learning_rate: initial_learning_rate = -1: must be at least 0");
  EXPECT_EQ(error_of(dense + "[distillation]\nalpha = 0.5\n"), "[distillation]: the argument teacher is missing");
}

TEST_F(RecipeTest, BranchesAndTheirSum) {
  const Model model = build_model(read(std::string(kData) + R"(
[[layers]]
type = "Conv2D"
name = "a"
filters = 4
kernel_size = [3, 1]
padding = "same"
[[layers]]
type = "Conv2D"
name = "b"
filters = 4
kernel_size = 3
padding = "same"
activation = "relu6"
[[layers]]
type = "Add"
inputs = ["a", "b"]
[[layers]]
type = "ReLU"
)"),
                                  {8, 8, 1});
  ASSERT_EQ(model.graph.nodes.size(), 4u);
  EXPECT_EQ(model.graph.nodes[0].attributes.text("activation"), "NONE");
  EXPECT_EQ(model.graph.nodes[1].attributes.text("activation"), "RELU6");
  EXPECT_EQ(model.layers[2].calls[0].inputs,
            (std::vector<TensorId>{model.layers[0].calls[0].output, model.layers[1].calls[0].output}));
  EXPECT_EQ(model.graph.nodes[3].op, "RELU");  // another layer may read the sum
  EXPECT_EQ(model.graph.tensor(model.layers[0].weights[0].tensor).shape, (Shape{4, 3, 1, 1}));
}

TEST_F(RecipeTest, LayersWithoutNamesAreFoundByKerasNames) {
  const Recipe recipe = read(std::string(kData) + R"(
[[layers]]
type = "Dense"
units = 3
[[layers]]
type = "Dense"
units = 3
inputs = ["input"]
[[layers]]
type = "Multiply"
inputs = ["dense", "dense_1"]
)");
  const Model model = build_model(recipe, {4});
  EXPECT_EQ(model.layers[2].calls[0].inputs,
            (std::vector<TensorId>{model.layers[0].calls[0].output, model.layers[1].calls[0].output}));
}

TEST_F(RecipeTest, ShapeAndScaleOfTheData) {
  const Recipe recipe = read(R"(
[data]
path = "digits"
scale = 0.5
shape = [7, 3]
[[layers]]
type = "GRU"
units = 2
)");
  DatasetSplits data;
  for (Dataset* part : {&data.train, &data.test}) {
    part->sample_shape = {7, 3, 1};
    part->floats.resize(21);
    part->labels = {0};
  }
  shape_data(recipe, data);
  EXPECT_EQ(data.test.sample_shape, (std::vector<std::int32_t>{7, 3}));
  EXPECT_EQ(data.train.scale, 0.5f);
  data.train.sample_shape = {7, 4};
  EXPECT_THROW(shape_data(recipe, data), InputError);
}

TEST_F(RecipeTest, WeightsComeFromTheSeed) {
  const std::string layers =
      std::string(kData) + "[[layers]]\ntype = \"Dense\"\nunits = 30\n" + "[[layers]]\ntype = \"Dense\"\nunits = 30\n";
  const auto weights = [&](const std::string& seed, std::size_t layer) {
    const Model model = build_model(read(seed + layers), {30});
    const auto values = model.graph.tensor(model.layers[layer].weights[0].tensor).values<float>();
    return std::vector<float>(values.begin(), values.end());
  };
  EXPECT_EQ(weights("seed = 1\n", 0), weights("seed = 1\n", 0));
  EXPECT_NE(weights("seed = 1\n", 0), weights("seed = 2\n", 0));
  EXPECT_NE(weights("seed = 1\n", 0), weights("seed = 1\n", 1));
  const std::vector<float> values = weights("", 0);
  const float limit = std::sqrt(6.0f / 60.0f);
  const auto [least, most] = std::ranges::minmax(values);
  EXPECT_GE(least, -limit);
  EXPECT_LE(most, limit);
  EXPECT_LT(least, -0.9f * limit);
  EXPECT_GT(most, 0.9f * limit);
}

std::string layer(const std::string& text) { return std::string(kData) + "[[layers]]\n" + text; }

TEST_F(RecipeTest, NamesTheLayerAndWhatIsWrongWithIt) {
  EXPECT_EQ(error_of(layer("type = \"Conv2d\"\n")),
            "layer 1 (Conv2d): unknown layer type 'Conv2d'; did you mean 'Conv2D'?");
  EXPECT_EQ(error_of(layer("type = \"Flatten\"\n[[layers]]\ntype = \"Dense\"\nunit = 3\n")),
            "layer 2 (Dense): unknown argument 'unit'; did you mean 'units'?");
  EXPECT_EQ(error_of(layer("type = \"Dense\"\n")), "layer 1 (Dense): the argument units is missing");
  EXPECT_EQ(error_of(layer("type = \"Dense\"\nunits = 3.5\n")), "layer 1 (Dense): units = 3.5: expected an integer");
  EXPECT_EQ(error_of(layer("type = \"Dense\"\nunits = 0\n")),
            "layer 1 (Dense): units = 0: must be from 1 to 2147483647");
  EXPECT_EQ(error_of(layer("type = \"Dense\"\nunits = 3\nactivation = \"rellu\"\n")),
            "layer 1 (Dense): unknown activation 'rellu'; did you mean 'relu'?");
  EXPECT_EQ(error_of(layer("type = \"Dense\"\nunits = 3\nuse_bias = 1\n")),
            "layer 1 (Dense): use_bias = 1: expected true or false");
  EXPECT_EQ(error_of(layer("type = \"Conv2D\"\nfilters = 2\nkernel_size = [3, 3, 3]\n")),
            "layer 1 (Conv2D): kernel_size = [3,3,3]: expected an integer or a list of two");
  EXPECT_EQ(error_of(layer("type = \"Dropout\"\nrate = \"a\"\n")),
            "layer 1 (Dropout): rate = \"a\": expected a number");
  EXPECT_EQ(
      error_of(layer("units = 3\n")),
      "layer 1: the argument type is missing; name one of Keras's layers, or one above to call again: call = ...");
  EXPECT_EQ(error_of(std::string(kData)), "has no layers; add a [[layers]] table");
}

TEST_F(RecipeTest, NamesTheLayerWhoseShapeDoesNotFit) {
  const std::string conv = "type = \"Conv2D\"\nfilters = 2\nkernel_size = 9\n";
  EXPECT_EQ(error_of(layer(conv), {8, 8, 1}), "layer 1 (Conv2D): a window of 9 does not fit into 8");
  EXPECT_EQ(error_of(layer(conv), {64}), "layer 1 (Conv2D): the input is 64, expected height x width x channels");
  EXPECT_EQ(error_of(layer("type = \"Dense\"\nunits = 2147483647\n"), {64}).substr(0, 35),
            "layer 1 (Dense): kernel would be 21");
}

TEST_F(RecipeTest, NamesInputsThatAreNotThere) {
  const std::string text = layer("type = \"Dense\"\nunits = 2\nname = \"first\"\n[[layers]]\ntype = \"Add\"\n");
  EXPECT_EQ(error_of(text, {4}), "layer 2 (Add): has 1 inputs, expected 2 or more");
  EXPECT_EQ(error_of(text + "inputs = [\"first\", \"furst\"]\n", {4}),
            "layer 2 (Add): unknown input 'furst'; did you mean 'first'?");
  EXPECT_EQ(error_of(text + "inputs = \"first\"\n", {4}),
            "layer 2 (Add): inputs = \"first\": expected a list of layer names");
}

TEST_F(RecipeTest, NamesWhatIsWrongOutsideOfLayers) {
  const std::string dense = "[[layers]]\ntype = \"Dense\"\nunits = 2\n";
  EXPECT_EQ(error_of(dense), "[data]: the argument path is missing");
  EXPECT_EQ(error_of(kData + dense + "[trane]\n"), "unknown table 'trane'; did you mean 'train'?");
  EXPECT_EQ(error_of(kData + dense + "[train]\noptimizer = \"adan\"\n"),
            "[train]: unknown optimizer 'adan'; did you mean 'adam'?");
  EXPECT_EQ(error_of(kData + dense + "[train]\noptimizer = \"sgd\"\nbeta_1 = 0.5\n").substr(0, 34),
            "[train]: unknown argument 'beta_1'");
  EXPECT_EQ(error_of(kData + dense + "[train]\nloss = \"hinge\"\n"),
            "[train]: unknown loss 'hinge'; known are sparse_categorical_crossentropy, categorical_crossentropy, "
            "binary_crossentropy, mean_squared_error, mean_absolute_error, huber");
  EXPECT_EQ(error_of(kData + dense + "[train]\nepochs = 0\n"), "[train]: epochs = 0: must be from 1 to 2147483647");
  EXPECT_EQ(error_of("layers = 3\n" + std::string(kData)), "has no layers; add a [[layers]] table");
  EXPECT_EQ(error_of("train = 3\n" + std::string(kData) + dense), "[train]: train must be a table: [train]");
  EXPECT_EQ(error_of("name = \"a\nb\"").substr(0, 17), "line 1, column 10");
}

TEST_F(RecipeTest, MissingFile) {
  try {
    read_recipe(real_file_system(), folder_.path() / "none.toml");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("none.toml"), std::string::npos);
  }
}

}  // namespace
}  // namespace thimble
