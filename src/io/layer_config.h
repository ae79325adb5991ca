// The arguments of layers and optimizers, from JSON. Recipes (TOML) come this way too.
#pragma once

#include <nlohmann/json.hpp>
#include <span>

#include "ops/layer_codec.h"

namespace thimble {

/// `given` checked against `arguments`, with defaults for what is missing. Names in `given` that are no arguments are
/// left to the caller. Throws InputError that names the argument: missing, of the wrong kind, out of range, no such
/// choice.
Attributes config_from_json(std::span<const LayerArgument> arguments, const nlohmann::json& given);

}  // namespace thimble
