// What the parts of a recipe are read with. Messages leave the recipe's name to the caller.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "io/recipe.h"
#include "ops/layer_codec.h"

namespace thimble {

/// Throws unless every name in `table` is one of `known`.
void require_known(const nlohmann::json& table, const std::string& what, const std::vector<std::string_view>& known);

/// The arguments' names, and `more`.
std::vector<std::string_view> names_of(std::span<const LayerArgument> arguments,
                                       std::vector<std::string_view> more = {});

/// The table [name]; empty if it is not there.
nlohmann::json table_of(const nlohmann::json& file, const std::string& name);

/// [data].
void read_data(const nlohmann::json& table, Recipe& recipe);
/// [train], [[callbacks]], [distillation]. The layers must have been read.
void read_train(const nlohmann::json& table, Recipe& recipe);
void read_callbacks(const nlohmann::json& file, Recipe& recipe);
void read_distillation(const nlohmann::json& table, Recipe& recipe);

}  // namespace thimble
