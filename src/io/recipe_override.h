// Changes to a recipe that a command line or a sweep makes: KEY=VALUE.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace thimble {

/// One value of a recipe, by where it is: "train.learning_rate=3e-3", "layers.2.units=20" (the second layer; layers are
/// counted from 1, as messages do), "layers.hidden.units=20" (the layer of that name). VALUE is TOML; what is not TOML
/// counts as a text, so that train.optimizer=sgd needs no quotation marks.
struct RecipeOverride {
  std::string key;
  std::string value;
};

/// Splits "KEY=VALUE". Throws InputError when there is no key or no value.
RecipeOverride parse_override(std::string_view text);

/// Sets the value in `file`, a recipe's TOML as JSON. The table that holds it must be there, [train] excepted; the
/// argument itself need not. Throws InputError that names the key and what is missing.
void apply_override(nlohmann::json& file, const RecipeOverride& change);

}  // namespace thimble
