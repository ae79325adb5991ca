// Model::integer_forms in the metadata of a .keras file. Keras reads the file all the same, and leaves them out when it
// writes.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "ir/layer.h"

namespace thimble {

nlohmann::json integer_forms_to_json(const Model& model);

/// Throws InputError when what is there makes no sense.
std::map<std::string, IntegerForm> integer_forms_from_json(const nlohmann::json& metadata);

}  // namespace thimble
