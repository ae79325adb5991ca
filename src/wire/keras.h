// Keras's .keras archive, version 3: config.json, metadata.json and model.weights.h5 in a zip.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "wire/hdf5.h"

namespace thimble {

struct KerasArchive {
  nlohmann::json config;    // the model: class_name, config, compile_config...
  nlohmann::json metadata;  // keras_version, date_saved
  Hdf5File weights;         // "layers/dense/vars/0", "optimizer/vars/1"...
};

/// Reads a whole file. Throws InputError that names the entry and what is wrong with it. That the JSON makes sense has
/// not been checked.
KerasArchive parse_keras(ByteSpan file);

/// Same archive, same bytes.
Bytes write_keras(const KerasArchive& archive);

/// The variables that Keras keeps of the object at `path` ("layers/dense", "optimizer"; "" for the model itself), in
/// their order. Empty if it has none.
std::vector<NpyArray> keras_variables(const Hdf5File& weights, const std::string& path);

/// Puts them there. `name` is the object's own ("dense", "adam"); Keras writes it even where there are no variables.
void put_keras_variables(Hdf5File& weights, const std::string& path, const std::string& name,
                         std::vector<NpyArray> variables);

}  // namespace thimble
