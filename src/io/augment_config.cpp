#include "io/augment_config.h"

#include "base/error.h"
#include "io/layer_config.h"
#include "io/names.h"

namespace thimble {
namespace {

using Kind = LayerArgument::Kind;

struct Number {
  const char* name;
  float Augmentation::*member;
  float least, most;
};

constexpr Number kNumbers[] = {{"shift", &Augmentation::shift, 0, 1},
                               {"rotate", &Augmentation::rotate, 0, 180},
                               {"zoom", &Augmentation::zoom, 0, 0.9F},
                               {"shear", &Augmentation::shear, 0, 2},
                               {"elastic", &Augmentation::elastic, 0, 100},
                               {"cutout", &Augmentation::cutout, 0, 1},
                               {"time_shift", &Augmentation::time_shift, 0, 1},
                               {"time_mask", &Augmentation::time_mask, 0, 1},
                               {"frequency_mask", &Augmentation::frequency_mask, 0, 1},
                               {"noise", &Augmentation::noise, 0, 1e6F},
                               {"mixup", &Augmentation::mixup, 0, 1},
                               {"fill", &Augmentation::fill, -1e6F, 1e6F}};

constexpr std::int32_t kMostCells = 64;  // of the elastic grid, in a direction

}  // namespace

Augmentation augmentation_from_json(const nlohmann::json& table) {
  std::vector<LayerArgument> arguments = {
      {.kind = Kind::kText,
       .name = "flip",
       .default_value = std::string("none"),
       .choices = {"none", "horizontal", "vertical", "horizontal_and_vertical"}},
      {.kind = Kind::kInt, .name = "elastic_grid", .default_value = std::int64_t{4}},
      {.kind = Kind::kInt, .name = "time_masks", .default_value = std::int64_t{0}, .least = 0},
      {.kind = Kind::kInt, .name = "frequency_masks", .default_value = std::int64_t{0}, .least = 0}};
  for (const Number& number : kNumbers) {
    arguments.push_back({.kind = Kind::kFloat, .name = number.name, .default_value = 0.0F});
  }
  std::vector<std::string_view> known;
  for (const LayerArgument& argument : arguments) known.push_back(argument.name);
  for (const auto& [name, value] : table.items()) {
    require(std::ranges::find(known, std::string_view(name)) != known.end(), "{}",
            unknown_name("argument", name, known));
  }
  const Attributes config = config_from_json(arguments, table);
  Augmentation result;
  for (const Number& number : kNumbers) {
    const float value = config.real(number.name);
    require(value >= number.least && value <= number.most, "{} = {}: expected a number from {} to {}", number.name,
            value, number.least, number.most);
    result.*number.member = value;
  }
  if (config.text("flip") != "none") result.flip = config.text("flip");
  result.elastic_grid = config.integer("elastic_grid");
  require(result.elastic_grid <= kMostCells, "elastic_grid = {}: expected at most {}", result.elastic_grid, kMostCells);
  result.time_masks = config.integer("time_masks");
  result.frequency_masks = config.integer("frequency_masks");
  return result;
}

}  // namespace thimble
