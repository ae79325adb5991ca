#include "io/compress_config.h"

#include "base/error.h"
#include "io/layer_config.h"
#include "io/names.h"

namespace thimble {
namespace {

using Kind = LayerArgument::Kind;

const std::vector<LayerArgument> kArguments = {
    {.kind = Kind::kInt, .name = "epochs", .default_value = std::int64_t{5}},
    {.kind = Kind::kFloat, .name = "learning_rate", .default_value = 1e-3F},
    {.kind = Kind::kText, .name = "quantize", .default_value = std::string("int8"), .choices = {"int8", "int16x8"}},
    {.kind = Kind::kText,
     .name = "weights",
     .default_value = std::string("int8"),
     .choices = {"int8", "int4", "ternary"}},
    {.kind = Kind::kFloat, .name = "sparsity", .default_value = 0.0F},
    {.kind = Kind::kBool, .name = "structured", .default_value = false},
    {.kind = Kind::kInt, .name = "clusters", .default_value = std::int64_t{0}, .least = 0},
    {.kind = Kind::kInt, .name = "calibrate", .default_value = std::int64_t{500}},
};

}  // namespace

Compression compression_from_json(const nlohmann::json& table) {
  std::vector<std::string_view> known;
  for (const LayerArgument& argument : kArguments) known.push_back(argument.name);
  for (const auto& [name, value] : table.items()) {
    require(std::ranges::find(known, std::string_view(name)) != known.end(), "{}",
            unknown_name("argument", name, known));
  }
  const Attributes config = config_from_json(kArguments, table);
  Compression result;
  result.epochs = config.integer("epochs");
  result.learning_rate = config.real("learning_rate");
  result.scheme = config.text("quantize") == "int8" ? Scheme::kInt8 : Scheme::kInt16x8;
  const std::string weights = config.text("weights");
  result.weights = weights == "int8" ? WeightForm::kInt8 : weights == "int4" ? WeightForm::kInt4 : WeightForm::kTernary;
  result.sparsity = config.real("sparsity");
  require(result.sparsity >= 0 && result.sparsity < 1, "sparsity = {}: expected a number from 0 to below 1",
          result.sparsity);
  require(result.learning_rate > 0 && result.learning_rate < 1e6F, "learning_rate = {}: expected a number above 0",
          result.learning_rate);
  result.structured = config.flag("structured");
  result.clusters = config.integer("clusters");
  require(result.clusters != 1 && result.clusters <= 255, "clusters = {}: expected 2 to 255, or 0 for none",
          result.clusters);
  result.calibration_samples = config.integer("calibrate");
  return result;
}

}  // namespace thimble
