// JSON as the commands print it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace thimble {

/// A path or a name in a model need not be UTF-8: what is not comes out as U+FFFD. `indent` -1: on one line.
inline std::string json_text(const nlohmann::ordered_json& value, int indent = 2) {
  return value.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace thimble
