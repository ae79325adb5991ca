// config.json of a .keras file, which may hold anything.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/error.h"
#include "ir/layer.h"
#include "wire/keras.h"

namespace thimble {

/// A member that must be there. What Keras writes has it; a file may hold anything.
inline const nlohmann::json& member(const nlohmann::json& object, const char* name) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  require(object.is_object() && found != object.end(), "config.json lacks '{}' where Keras writes it", name);
  return *found;
}

inline std::string text(const nlohmann::json& object, const char* name) {
  const nlohmann::json& value = member(object, name);
  require(value.is_string(), "config.json: '{}' is not a text", name);
  return value.get<std::string>();
}

inline const nlohmann::json& list(const nlohmann::json& object, const char* name) {
  const nlohmann::json& value = member(object, name);
  require(value.is_array(), "config.json: '{}' is not a list", name);
  return value;
}

/// Reads what the model was compiled with, and the optimizer's state. A model with an optimizer or a loss that Thimble
/// does not have is still good for inference: it is left uncompiled.
void read_training(const KerasArchive& archive, Model& model);

}  // namespace thimble
