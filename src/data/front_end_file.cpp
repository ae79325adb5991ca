#include "data/front_end_file.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "wire/toml.h"

namespace thimble {
namespace {

using nlohmann::json;

constexpr std::size_t kMostBytes = std::size_t{1} << 20;

void set(int& argument, const std::string& name, const json& value) {
  require(value.is_number_integer() && value >= 0 && value <= 1'000'000, "{} = {}: expected a whole number", name,
          value.dump());
  argument = value.get<int>();
}

void set(float& argument, const std::string& name, const json& value) {
  require(value.is_number() && std::isfinite(value.get<float>()), "{} = {}: expected a number", name, value.dump());
  argument = value.get<float>();
}

LogMelSettings settings_of(const json& file) {
  LogMelSettings s;
  for (const auto& [name, value] : file.items()) {
    if (name == "sample_rate")
      set(s.sample_rate, name, value);
    else if (name == "seconds")
      set(s.seconds, name, value);
    else if (name == "window_ms")
      set(s.window_ms, name, value);
    else if (name == "hop_ms")
      set(s.hop_ms, name, value);
    else if (name == "bands")
      set(s.bands, name, value);
    else if (name == "coefficients")
      set(s.coefficients, name, value);
    else if (name == "min_hz")
      set(s.min_hz, name, value);
    else if (name == "max_hz")
      set(s.max_hz, name, value);
    else if (name == "min_db")
      set(s.min_db, name, value);
    else if (name == "max_db")
      set(s.max_db, name, value);
    else {
      input_error(
          "unknown argument '{}'; known are sample_rate, seconds, window_ms, hop_ms, bands, coefficients, min_hz, "
          "max_hz, "
          "min_db, max_db",
          name);
    }
  }
  make_log_mel(s);  // checks that they fit together
  return s;
}

}  // namespace

LogMelSettings read_front_end(FileSystem& files, const std::filesystem::path& path) {
  const std::filesystem::path file = files.is_folder(path) ? path / kFrontEndFile : path;
  if (files.is_folder(path) && !files.is_file(file)) return {};
  const Bytes bytes = files.read(file, kMostBytes);
  return with_context(file.string(), [&] { return settings_of(json_from_toml(as_text(bytes))); });
}

}  // namespace thimble
