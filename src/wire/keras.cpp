#include "wire/keras.h"

#include <algorithm>
#include <utility>

#include "wire/zip.h"

namespace thimble {
namespace {

constexpr std::string_view kMetadata = "metadata.json";
constexpr std::string_view kConfig = "config.json";
constexpr std::string_view kWeights = "model.weights.h5";
constexpr std::size_t kMaxBytes = std::size_t{1} << 30;
constexpr std::size_t kMaxJson = 2'000'000;  // in memory it takes up to 50 times as much

nlohmann::json parse_json(ByteSpan text) {
  require(text.size() <= kMaxJson, "has {} bytes; at most {} are read", text.size(), kMaxJson);
  constexpr bool kThrow = false;
  nlohmann::json value = nlohmann::json::parse(text.begin(), text.end(), nullptr, kThrow);
  require(value.is_object(), "is not a JSON object");
  return value;
}

Bytes json_bytes(const nlohmann::json& value) {
  const std::string text = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return {text.begin(), text.end()};
}

std::string variables_path(const std::string& path) { return path.empty() ? "vars" : path + "/vars"; }

}  // namespace

KerasArchive parse_keras(ByteSpan file) {
  require(is_zip(file), "not a .keras file: it is no zip archive; save with Keras 3, model.save('model.keras')");
  const auto wanted = [](std::string_view name) { return name == kMetadata || name == kConfig || name == kWeights; };
  const std::vector<ZipEntry> entries = parse_zip(file, kMaxBytes, wanted);
  const auto read = [&](std::string_view name, auto&& parse) {
    const auto entry = std::ranges::find(entries, name, &ZipEntry::name);
    require(entry != entries.end(), "not a .keras file: it has no {}", name);
    return with_context(std::string(name), [&] { return parse(ByteSpan(entry->contents)); });
  };
  return {read(kConfig, parse_json), read(kMetadata, parse_json), read(kWeights, parse_hdf5)};
}

Bytes write_keras(const KerasArchive& archive) {
  return write_zip({{std::string(kMetadata), json_bytes(archive.metadata)},
                    {std::string(kConfig), json_bytes(archive.config)},
                    {std::string(kWeights), write_hdf5(archive.weights)}});
}

std::vector<NpyArray> keras_variables(const Hdf5File& weights, const std::string& path) {
  std::vector<NpyArray> variables;
  const auto next = [&] {
    return weights.datasets.find(variables_path(path) + "/" + std::to_string(variables.size()));
  };
  for (auto found = next(); found != weights.datasets.end(); found = next()) variables.push_back(found->second);
  return variables;
}

void put_keras_variables(Hdf5File& weights, const std::string& path, const std::string& name,
                         std::vector<NpyArray> variables) {
  weights.groups[variables_path(path)]["name"] = name;
  for (std::size_t i = 0; i < variables.size(); ++i) {
    weights.datasets[variables_path(path) + "/" + std::to_string(i)] = std::move(variables[i]);
  }
}

}  // namespace thimble
