// The table [compress] of a recipe.
#pragma once

#include <nlohmann/json.hpp>

#include "quant/compression.h"

namespace thimble {

/// Throws InputError that names the argument: unknown, of the wrong kind, out of range.
Compression compression_from_json(const nlohmann::json& table);

}  // namespace thimble
