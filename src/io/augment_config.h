// The table [augment] of a recipe.
#pragma once

#include <nlohmann/json.hpp>

#include "data/augment.h"

namespace thimble {

/// Throws InputError that names the argument: unknown, of the wrong kind, out of range.
Augmentation augmentation_from_json(const nlohmann::json& table);

}  // namespace thimble
