#include "io/regularizer.h"

#include <cmath>

#include "base/error.h"

namespace thimble {
namespace {

using nlohmann::json;

constexpr std::string_view kEnding = "_regularizer";
constexpr double kDefault = 0.01;

double factor_of(const std::string& argument, const json& table, const char* name) {
  const auto found = table.find(name);
  if (found == table.end()) return 0.0;
  require(found->is_number() && std::isfinite(found->get<double>()) && found->get<double>() >= 0.0,
          "{}: {} = {}: expected a number of at least 0", argument, name, found->dump());
  return found->get<double>();
}

WeightRegularizer regularizer_of(const std::string& argument, const json& value) {
  if (value == "l1") return {argument, kDefault, 0.0};
  if (value == "l2") return {argument, 0.0, kDefault};
  if (value == "l1_l2") return {argument, kDefault, kDefault};
  const bool keras = value.is_object() && value.contains("config") && value["config"].is_object();
  const json& table = keras ? value["config"] : value;
  constexpr const char* kExpected = "{} = {}: expected \"l1\", \"l2\", \"l1_l2\" or a table such as {{l2 = 1e-4}}";
  require(table.is_object(), kExpected, argument, value.dump());
  for (const auto& [name, number] : table.items()) {
    require(name == "l1" || name == "l2", kExpected, argument, value.dump());
  }
  return {argument, factor_of(argument, table, "l1"), factor_of(argument, table, "l2")};
}

}  // namespace

std::vector<WeightRegularizer> take_regularizers(json& layer) {
  std::vector<WeightRegularizer> result;
  for (auto item = layer.begin(); item != layer.end();) {
    if (!item.key().ends_with(kEnding) || item.key() == "activity_regularizer") {
      ++item;
      continue;
    }
    if (!item->is_null()) result.push_back(regularizer_of(item.key(), *item));
    item = layer.erase(item);
  }
  return result;
}

std::string regularizer_argument(const LayerWeight& weight) {
  std::string name = weight.name;
  constexpr std::string_view kKernel = "_kernel";  // depthwise_kernel: depthwise_regularizer
  if (name.ends_with(kKernel)) name.resize(name.size() - kKernel.size());
  return name + std::string(kEnding);
}

void regularize(Layer& layer, const std::vector<WeightRegularizer>& regularizers) {
  for (const WeightRegularizer& regularizer : regularizers) {
    bool found = false;
    for (LayerWeight& weight : layer.weights) {
      if (regularizer_argument(weight) != regularizer.argument) continue;
      weight.l1 = regularizer.l1;
      weight.l2 = regularizer.l2;
      found = true;
    }
    require(found, "unknown argument '{}': the layer has no such weight", regularizer.argument);
  }
}

json regularizer_json(const LayerWeight& weight) {
  if (weight.l1 == 0.0 && weight.l2 == 0.0) return nullptr;
  return {{"module", "keras.regularizers"},
          {"class_name", "L1L2"},
          {"config", {{"l1", weight.l1}, {"l2", weight.l2}}},
          {"registered_name", nullptr}};
}

}  // namespace thimble
