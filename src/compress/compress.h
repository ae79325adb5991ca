// Training on, after a model has been trained, under the constraints of the chip: what the epochs report is the
// accuracy of the integer model itself.
#pragma once

#include "quant/compression.h"
#include "train/constraints.h"
#include "train/train.h"

namespace thimble {

struct CompressResult {
  Graph integer_model;
  /// loss and accuracy are training's, with the weights and values of the integer model; val_loss, val_accuracy and
  /// other metrics are the integer model's own on the test data.
  std::vector<EpochResult> epochs;
  bool stopped = false;  // because `stop` said so; then there is no model
};

/// What a compression that was killed needs to come to the same bits: the state between two epochs.
struct CompressCheckpoints {
  std::function<void(const NpzArrays&)> save = {};  // after each epoch but the last one
  NpzArrays start = {};                             // what save() got; empty: begins at the beginning
};

/// What an epoch says of the test data.
LossAndAccuracy validation_of(const EpochResult& epoch);

/// The numbers that a tensor of one scale can hold.
ValueGrid grid_of(Type type, const Quantization& quantization);

/// The numbers that the values of `graph` can take in `integer`, which is graph with its values quantized, under the
/// same TensorIds.
std::map<TensorId, ValueGrid> grids_of(const Graph& graph, const Graph& integer);

/// Trains `model`, as it will be converted (batch normalization folded, activations fused), for `compression.epochs`
/// epochs. Before each, the weights that go are chosen, and the ranges of the activations are observed on the first
/// training samples, with the weights as the chip will have them. The optimizer is the model's, anew; epochs are
/// numbered on from options.epochs. `stop` is asked after each step. Afterwards
/// `model` has the weights of the integer model, as floats, and simplifies and quantizes to it (Model::integer_forms);
/// models whose layers with weights are more than one node stay as they were. Throws InputError as train() and
/// quantize() do.
CompressResult compress(Model& model, const Dataset& train, const Dataset& test, const Compression& compression,
                        const TrainOptions& options, Progress& progress = no_progress(),
                        const std::function<bool()>& stop = {}, const CompressCheckpoints& checkpoints = {});

}  // namespace thimble
