#include "io/keras.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "io/recipe.h"
#include "wire/keras.h"

namespace thimble {
namespace {

using nlohmann::json;

Model model_of(const std::string& layers, const Shape& sample) {
  TemporaryFolder folder;
  const auto path = folder.path() / "recipe.toml";
  real_file_system().write(path, "name = \"model\"\n[data]\npath = \"x\"\n" + layers);
  return build_model(read_recipe(real_file_system(), path), sample);
}

/// With state, as if it had been trained: all of it different numbers.
Model trained(Model model) {
  float value = 0.0f;
  const auto numbers = [&](const Tensor& tensor) {
    std::vector<float> result(static_cast<std::size_t>(tensor.elements()));
    for (float& number : result) number = value += 1.0f;
    return result;
  };
  model.optimizer.slots.resize(2);  // Adam's
  for (const Layer& layer : model.layers) {
    for (const LayerWeight& weight : layer.weights) {
      Tensor& tensor = model.graph.tensor(weight.tensor);
      tensor.data = make_data(numbers(tensor));
      if (!tensor.trainable) continue;
      model.optimizer.tensors.push_back(weight.tensor);
      for (auto& slot : model.optimizer.slots) slot.push_back(numbers(tensor));
    }
  }
  model.optimizer.iterations = 12;
  return model;
}

constexpr const char* kSequential = R"(
[[layers]]
type = "ZeroPadding2D"
padding = [[0, 1], [2, 3]]
[[layers]]
type = "Conv2D"
filters = 3
kernel_size = [2, 3]
activation = "relu"
[[layers]]
type = "BatchNormalization"
[[layers]]
type = "DepthwiseConv2D"
kernel_size = 2
depth_multiplier = 2
padding = "same"
[[layers]]
type = "AveragePooling2D"
[[layers]]
type = "Dropout"
rate = 0.25
[[layers]]
type = "Flatten"
[[layers]]
type = "Dense"
units = 4
activation = "softmax"
)";

constexpr const char* kBranches = R"(
[[layers]]
type = "Conv2D"
name = "a"
filters = 2
kernel_size = 1
[[layers]]
type = "ReLU"
name = "b"
[[layers]]
type = "Add"
inputs = ["a", "b", "input"]
[[layers]]
type = "GlobalAveragePooling2D"
)";

void expect_same(const Model& actual, const Model& expected) {
  ASSERT_EQ(actual.layers.size(), expected.layers.size());
  for (std::size_t i = 0; i < expected.layers.size(); ++i) {
    EXPECT_EQ(actual.layers[i].class_name, expected.layers[i].class_name);
    EXPECT_EQ(actual.layers[i].name, expected.layers[i].name);
    EXPECT_EQ(actual.layers[i].config, expected.layers[i].config) << expected.layers[i].name;
    EXPECT_EQ(actual.layers[i].calls, expected.layers[i].calls);
  }
  ASSERT_EQ(actual.graph.nodes.size(), expected.graph.nodes.size());
  for (std::size_t i = 0; i < expected.graph.nodes.size(); ++i) {
    EXPECT_EQ(actual.graph.nodes[i].op, expected.graph.nodes[i].op);
    EXPECT_EQ(actual.graph.nodes[i].inputs, expected.graph.nodes[i].inputs);
    EXPECT_EQ(actual.graph.nodes[i].attributes, expected.graph.nodes[i].attributes);
  }
  ASSERT_EQ(actual.graph.tensors.size(), expected.graph.tensors.size());
  for (std::size_t i = 0; i < expected.graph.tensors.size(); ++i) {
    const Tensor& a = actual.graph.tensors[i];
    const Tensor& b = expected.graph.tensors[i];
    EXPECT_EQ(a.shape, b.shape);
    EXPECT_EQ(a.trainable, b.trainable);
    ASSERT_EQ(a.constant(), b.constant());
    if (a.constant()) {
      EXPECT_EQ(*a.data, *b.data) << b.name;
    }
  }
}

TEST(Keras, ReadsWhatItWrote) {
  for (const char* layers : {kSequential, kBranches}) {
    const Model model = trained(model_of(layers, {6, 7, 2}));
    const Bytes file = write_keras(model);
    const Model read = read_keras(file);
    expect_same(read, model);
    EXPECT_EQ(read.losses.at(0).class_name, model.losses.at(0).class_name);
    EXPECT_EQ(read.losses.at(0).from_logits, model.losses.at(0).from_logits);
    EXPECT_EQ(read.optimizer.class_name, "Adam");
    EXPECT_EQ(read.optimizer.iterations, 12);
    EXPECT_EQ(read.optimizer.tensors, model.optimizer.tensors);
    EXPECT_EQ(read.optimizer.slots, model.optimizer.slots);
    EXPECT_EQ(read.optimizer.config.real("beta_2"), model.optimizer.config.real("beta_2"));
    EXPECT_EQ(write_keras(read), file);
  }
}

/// Keras's own layout of Dense: in x out; the graph's: out x in.
TEST(Keras, LaysWeightsOutAsKerasDoes) {
  Model model = model_of("[[layers]]\ntype = \"Dense\"\nunits = 2\n", {3});
  model.graph.tensor(model.layers[0].weights[0].tensor).data = make_data(std::vector<float>{1, 2, 3, 4, 5, 6});
  const KerasArchive archive = parse_keras(write_keras(model));
  const std::vector<NpyArray> variables = keras_variables(archive.weights, "layers/dense");
  ASSERT_EQ(variables.size(), 2u);
  EXPECT_EQ(variables[0].shape, (std::vector<std::int64_t>{3, 2}));
  const auto values = variables[0].values<float>();
  EXPECT_EQ(std::vector<float>(values.begin(), values.end()), (std::vector<float>{1, 4, 2, 5, 3, 6}));
}

class KerasErrors : public ::testing::Test {
 protected:
  KerasArchive archive_ = parse_keras(write_keras(model_of(kSequential, {6, 7, 2})));

  json& layer(std::size_t i) { return archive_.config["config"]["layers"][i]; }
  std::string error() {
    try {
      read_keras(write_keras(archive_));
    } catch (const InputError& e) {
      return e.what();
    }
    return "no error";
  }
};

TEST_F(KerasErrors, NoneAtFirst) { EXPECT_EQ(error(), "no error"); }

TEST_F(KerasErrors, UnknownLayer) {
  layer(2)["class_name"] = "Conv3D";
  EXPECT_EQ(error(), "layer 'conv2d': layers of the class Conv3D are not supported");
}

TEST_F(KerasErrors, UnsupportedArgument) {
  layer(2)["config"]["data_format"] = "channels_first";
  EXPECT_EQ(error(), "layer 'conv2d': data_format = \"channels_first\" is not supported");
}

TEST_F(KerasErrors, WeightsOfAnotherShape) {
  archive_.weights.datasets["layers/conv2d/vars/0"].shape = {2, 3, 3, 2};
  EXPECT_EQ(error(), "layer 'conv2d': the weights of 'kernel' do not have the shape 2x3x2x3");
}

TEST_F(KerasErrors, MissingWeights) {
  archive_.weights.datasets.erase("layers/conv2d/vars/1");
  EXPECT_EQ(error(), "layer 'conv2d': the weights of 'bias' are missing");
}

TEST_F(KerasErrors, TooManyWeights) {
  archive_.weights.datasets["layers/conv2d/vars/2"] = archive_.weights.datasets["layers/conv2d/vars/1"];
  EXPECT_EQ(error(), "layer 'conv2d': has more weights than its arguments ask for");
}

TEST_F(KerasErrors, OpenDimension) {
  layer(0)["config"]["batch_shape"] = {nullptr, nullptr, 7, 2};
  EXPECT_NE(error().find("every dimension but the batch must be fixed"), std::string::npos) << error();
}

TEST_F(KerasErrors, NotAsKerasWritesIt) {
  for (const json& value : {json(3), json("x"), json::array(), json::object(), json()}) {
    for (const char* name : {"config", "class_name"}) {
      KerasErrors::archive_ = parse_keras(write_keras(model_of(kSequential, {6, 7, 2})));
      archive_.config[name] = value;
      EXPECT_NE(error(), "no error") << name << " = " << value;
      archive_ = parse_keras(write_keras(model_of(kSequential, {6, 7, 2})));
      layer(2)[name] = value;
      EXPECT_NE(error(), "no error") << name << " = " << value;
    }
  }
}

TEST_F(KerasErrors, AnotherOptimizerLeavesTheModelUncompiled) {
  archive_.config["compile_config"]["optimizer"]["class_name"] = "Ftrl";
  const Model model = read_keras(write_keras(archive_));
  EXPECT_EQ(model.optimizer.class_name, "");
  EXPECT_TRUE(model.losses.empty());
  EXPECT_EQ(model.layers.size(), 8u);
}

TEST_F(KerasErrors, OptimizerStateThatDoesNotFit) {
  archive_ = parse_keras(write_keras(trained(model_of(kSequential, {6, 7, 2}))));
  archive_.weights.datasets.erase("optimizer/vars/17");
  EXPECT_NE(error().find("the optimizer has 17 variables for 8 weights"), std::string::npos) << error();
}

}  // namespace
}  // namespace thimble
