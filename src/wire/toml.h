// TOML files as JSON, which the readers of arguments take.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace thimble {

/// Dates and times, which no argument can be, become texts. Throws InputError that names line and column.
nlohmann::json json_from_toml(std::string_view text);

}  // namespace thimble
