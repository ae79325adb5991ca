// Recipes: TOML files that say what to train, in Keras's words.
//
//   name = "mnist"                        # optional: the file's name
//   seed = 0                              # optional: of weights, order and dropout
//   [data]
//   path = "../../data/mnist"             # relative to the recipe
//   scale = 0.00392156862745098           # optional: what bytes are multiplied by; 1/255
//   shape = [49, 10]                      # optional: of a sample, where the file's is another: here steps x channels
//   [augment]                             # optional: what happens to training samples (data/augment.h)
//   shift = 0.1
//   rotate = 10
//   [[layers]]
//   type = "Conv2D"                       # Keras's class, and its arguments
//   filters = 8
//   kernel_size = 3                       # or [3, 3]
//   name = "first"                        # optional
//   inputs = ["first", "second"]          # optional: the layers that this one reads, "input" being the model's. One
//                                         # without a name has Keras's: "conv2d", "conv2d_1", ...
//   [[layers]]
//   call = "first"                        # instead of type: that layer once more, with the same weights
//   [train]
//   optimizer = "adam"                    # with its arguments: learning_rate, beta_1, ...
//   loss = "sparse_categorical_crossentropy"
//   from_logits = true                    # optional: whether the model does not end with a softmax
//   batch_size = 32
//   epochs = 5
//   [compress]                            # optional: training on for the chip (quant/compression.h)
//   quantize = "int8"
//   epochs = 5
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "data/augment.h"
#include "data/load.h"
#include "io/recipe_override.h"
#include "io/regularizer.h"
#include "ir/layer.h"
#include "quant/compression.h"

namespace thimble {

struct LayerCodec;

/// One of several inputs of the model, a layer of the type InputLayer.
struct RecipeInput {
  std::string name;
  Shape shape;  // empty: the data's own
};

struct RecipeLayer {
  const LayerCodec* codec = nullptr;  // null: a call
  std::string call;                   // which layer is used once more
  std::size_t number = 0;             // of its table, from 1
  std::string name;                   // empty: Keras's
  Attributes config;
  std::vector<std::string> inputs;  // empty: the layer before
  std::vector<WeightRegularizer> regularizers;
};

/// A teacher to learn from.
struct RecipeDistillation {
  std::filesystem::path teacher;  // a model file; empty: none
  float alpha = 0.1f;             // the share of the labels in the loss
  float temperature = 3.0f;
};

struct RecipeClassWeight {
  std::vector<float> factors;  // of the first classes, the others having 1; empty: all 1
  bool balanced = false;       // all classes count alike

  bool given() const { return balanced || !factors.empty(); }
};

struct Recipe {
  std::filesystem::path path;  // of the recipe itself
  std::string identity;        // equal where the same is trained, if perhaps for more or fewer epochs
  std::string name;
  std::uint64_t seed = 0;
  DataSpec data;
  Shape sample_shape;  // empty: the data's own
  Augmentation augmentation;
  std::vector<RecipeInput> inputs;   // empty: one, "input"
  std::vector<std::string> outputs;  // the layers that make the model's outputs; empty: the last one
  std::vector<RecipeLayer> layers;
  OptimizerState optimizer;        // without tensors
  std::vector<OutputLoss> losses;  // of each output
  int batch_size = 32;
  std::size_t shuffle_buffer = 0;  // so many samples are shuffled at a time; 0: all
  int epochs = 1;
  float validation_split = 0.0f;  // the part of the training samples that is held out for validation; 0: none
  int folds = 0;                  // trains so many models, each validated on another part; 0: one
  std::vector<std::string> metrics;
  std::map<std::string, std::vector<std::string>> output_metrics;  // of single outputs
  int top_k = 5;
  RecipeClassWeight class_weight;
  std::map<std::string, RecipeClassWeight> output_class_weight;  // of several outputs
  std::vector<Callback> callbacks;
  RecipeDistillation distillation;
  Compression compression;  // without epochs: none
};

/// Reads and checks a recipe, changed by `overrides` first. Throws InputError, one line that names the file, where in
/// it, and what is known there.
Recipe read_recipe(FileSystem& files, const std::filesystem::path& path,
                   std::span<const RecipeOverride> overrides = {});

/// Makes data as the recipe says: scale and shape. Throws InputError when the shape does not fit.
void shape_data(const Recipe& recipe, DatasetSplits& data);

/// What there is to train on, and to validate on meanwhile: the part that validation_split holds out, or the test part.
/// Throws InputError when there is neither.
DatasetSplits validation_parts(const Recipe& recipe, const DatasetSplits& data);

/// The model of a recipe for samples like those of `data`, with weights to start with. Throws InputError that names the
/// layer which does not fit.
Model build_model(const Recipe& recipe, const Dataset& data);
/// Likewise for samples of one shape; the model's other inputs, if it has any, need one in the recipe.
Model build_model(const Recipe& recipe, const Shape& sample_shape);

}  // namespace thimble
