// Layers around another one (LayerCodec::wraps): as files have them, and as one flat list of arguments.
#pragma once

#include <nlohmann/json.hpp>

#include "ops/layer_codec.h"

namespace thimble {

/// {merge_mode = ..., layer = {type = "GRU", units = 8}}, or Keras's configuration, with the inner layer's arguments
/// among the others and its class as "layer". Throws InputError for an inner layer that the outer one does not take, or
/// that differs between Keras's two directions.
nlohmann::json flat_arguments(const LayerCodec& codec, nlohmann::json table);

/// Keras's configuration of a layer called `name`, from the flat one.
nlohmann::json wrapped_config(const nlohmann::json& config, const std::string& name);

}  // namespace thimble
