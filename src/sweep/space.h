// The values that a sweep tries, and the ways to choose among them.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "io/recipe_override.h"

namespace thimble {

/// One argument of the recipe and what it may be.
struct SweepParameter {
  std::string key;                     // of a RecipeOverride
  std::vector<nlohmann::json> values;  // those to choose from; empty: a range without steps
  double min = 0.0, max = 0.0;
  bool integer = false;  // of a range: whole numbers
  bool log = false;      // of a range: its logarithm is uniform
};

/// The table [parameters]: KEY = [values], or KEY = {min = 1, max = 9, step = 2}, or KEY = {min = 1e-4, max = 1e-2,
/// scale = "log"}. Throws InputError that names the key.
std::vector<SweepParameter> parse_space(const nlohmann::json& table);

/// A value for each parameter.
using Configuration = std::vector<RecipeOverride>;

/// All combinations, the last parameter changing fastest. Throws InputError for a range without steps, and for more
/// than 100,000 combinations.
std::vector<Configuration> grid(const std::vector<SweepParameter>& space);

/// `count` combinations at random, no two the same unless there are fewer; number i is the same for any count above i.
std::vector<Configuration> random_configurations(const std::vector<SweepParameter>& space, std::size_t count,
                                                 std::uint64_t seed);

}  // namespace thimble
