#include "io/keras_integers.h"

#include <cmath>

#include "base/error.h"
#include "io/keras_layout.h"

namespace thimble {
namespace {

using nlohmann::json;

constexpr const char* kEntry = "thimble_integer_forms";

Type type_named(const json& name) {
  for (const Type type : {Type::kInt4, Type::kInt8, Type::kInt16}) {
    if (name == std::string(name_of(type))) return type;
  }
  input_error("metadata.json: {} is no type of an integer model", name.dump());
}

IntegerForm form_from(const json& entry) {
  IntegerForm form;
  form.type = type_named(entry.at("type"));
  form.quantization.scales = entry.at("scales").get<std::vector<float>>();
  form.quantization.zero_points = entry.at("zero_points").get<std::vector<std::int64_t>>();
  form.quantization.axis = entry.at("axis").get<int>();
  bool good = !form.quantization.scales.empty() && form.quantization.axis >= 0 && form.quantization.axis < 8 &&
              form.quantization.zero_points.size() == form.quantization.scales.size();
  for (const float scale : form.quantization.scales) good = good && std::isfinite(scale) && scale > 0;
  for (const std::int64_t zero : form.quantization.zero_points) {
    good = good && zero >= min_of(form.type) && zero <= max_of(form.type);
  }
  require(good, "metadata.json: the scales or zero points of a tensor make no sense");
  return form;
}

}  // namespace

json integer_forms_to_json(const Model& model) {
  json entries = json::object();
  for (const auto& [name, form] : model.integer_forms) {
    entries[keras_input_name(name)] = {{"type", name_of(form.type)},
                                       {"scales", form.quantization.scales},
                                       {"zero_points", form.quantization.zero_points},
                                       {"axis", form.quantization.axis}};
  }
  return entries.empty() ? json::object() : json{{kEntry, entries}};
}

std::map<std::string, IntegerForm> integer_forms_from_json(const json& metadata) {
  std::map<std::string, IntegerForm> result;
  const auto found = metadata.is_object() ? metadata.find(kEntry) : metadata.end();
  if (!metadata.is_object() || found == metadata.end()) return result;
  try {
    for (const auto& [name, entry] : found->items()) result[name] = form_from(entry);
  } catch (const json::exception&) {
    input_error("metadata.json: {} is not as Thimble writes it", kEntry);
  }
  return result;
}

}  // namespace thimble
