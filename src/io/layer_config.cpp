#include "io/layer_config.h"

#include <cmath>
#include <limits>

#include "base/error.h"
#include "io/names.h"

namespace thimble {
namespace {

using nlohmann::json;
using Kind = LayerArgument::Kind;

[[noreturn]] void wrong_kind(const LayerArgument& argument, const json& value, const char* expected) {
  input_error("{} = {}: expected {}", argument.name, value.dump(), expected);
}

std::int64_t integer_of(const LayerArgument& argument, const json& value, const char* expected) {
  if (!value.is_number_integer()) wrong_kind(argument, value, expected);
  constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();
  const bool in_range = value.is_number_unsigned() ? value.get<std::uint64_t>() <= std::uint64_t{kMost} : true;
  require(in_range && value.get<std::int64_t>() >= argument.least && value.get<std::int64_t>() <= kMost,
          "{} = {}: must be from {} to {}", argument.name, value.dump(), argument.least, kMost);
  return value.get<std::int64_t>();
}

std::vector<std::int64_t> integers_of(const LayerArgument& argument, const json& value, std::size_t count,
                                      const char* expected) {
  if (!value.is_array() || (count != 0 && value.size() != count)) wrong_kind(argument, value, expected);
  std::vector<std::int64_t> result;
  for (const json& element : value) result.push_back(integer_of(argument, element, expected));
  return result;
}

std::vector<std::int64_t> pair_of(const LayerArgument& argument, const json& value) {
  constexpr const char* kExpected = "an integer or a list of two";
  if (value.is_array()) return integers_of(argument, value, 2, kExpected);
  return std::vector<std::int64_t>(2, integer_of(argument, value, kExpected));
}

/// Top, bottom, left, right.
std::vector<std::int64_t> padding_of(const LayerArgument& argument, const json& value) {
  constexpr const char* kExpected = "an integer, [height, width] or [[top, bottom], [left, right]]";
  if (value.is_array() && value.size() == 2 && value[0].is_array()) {
    std::vector<std::int64_t> result = integers_of(argument, value[0], 2, kExpected);
    const std::vector<std::int64_t> columns = integers_of(argument, value[1], 2, kExpected);
    result.insert(result.end(), columns.begin(), columns.end());
    return result;
  }
  if (!value.is_array()) return std::vector<std::int64_t>(4, integer_of(argument, value, kExpected));
  const std::vector<std::int64_t> sizes = integers_of(argument, value, 2, kExpected);
  return {sizes[0], sizes[0], sizes[1], sizes[1]};
}

std::string text_of(const LayerArgument& argument, const json& value) {
  if (!value.is_string()) wrong_kind(argument, value, "a text");
  const auto& text = value.get_ref<const std::string&>();
  const bool known =
      argument.choices.empty() || std::ranges::find(argument.choices, std::string_view(text)) != argument.choices.end();
  require(known, "{}", unknown_name(argument.name, text, argument.choices));
  return text;
}

AttributeValue value_of(const LayerArgument& argument, const json& value) {
  switch (argument.kind) {
    case Kind::kInt:
      return integer_of(argument, value, "an integer");
    case Kind::kIntSingle:
      return integer_of(argument, value.is_array() && value.size() == 1 ? value[0] : value, "an integer");
    case Kind::kIntPair:
      return pair_of(argument, value);
    case Kind::kInts:
      return integers_of(argument, value, 0, "a list of integers");
    case Kind::kPadding:
      return padding_of(argument, value);
    case Kind::kFloat:
      if (!value.is_number() || !std::isfinite(value.get<double>())) wrong_kind(argument, value, "a number");
      return value.get<double>();
    case Kind::kBool:
      if (!value.is_boolean()) wrong_kind(argument, value, "true or false");
      return value.get<bool>();
    case Kind::kText:
      return text_of(argument, value);
  }
  ensure(false, "no such kind of argument");
  return false;
}

}  // namespace

Attributes config_from_json(std::span<const LayerArgument> arguments, const json& given) {
  Attributes config;
  for (const LayerArgument& argument : arguments) {
    const std::string name(argument.name);
    const auto found = given.find(name);
    if (found != given.end() && !(found->is_null() && argument.optional)) {
      config.set(name, value_of(argument, *found));
      continue;
    }
    require(!argument.required, "the argument {} is missing", name);
    if (!argument.optional) config.set(name, argument.default_value);
  }
  return config;
}

}  // namespace thimble
