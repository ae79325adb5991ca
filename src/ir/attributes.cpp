#include "ir/attributes.h"

#include <fmt/ranges.h>

#include "base/error.h"

namespace thimble {

std::string to_string(const AttributeValue& value) {
  return std::visit([](const auto& held) { return fmt::format("{}", held); }, value);
}

template <typename T>
const T& Attributes::get(const std::string& name) const {
  const auto found = values_.find(name);
  ensure(found != values_.end(), "attribute '{}' is missing", name);
  const T* value = std::get_if<T>(&found->second);
  ensure(value != nullptr, "attribute '{}' has another type", name);
  return *value;
}
template const bool& Attributes::get<bool>(const std::string&) const;
template const double& Attributes::get<double>(const std::string&) const;
template const std::string& Attributes::get<std::string>(const std::string&) const;

int Attributes::integer(const std::string& name) const { return static_cast<int>(get<std::int64_t>(name)); }

std::vector<int> Attributes::integers(const std::string& name) const {
  std::vector<int> result;
  for (const std::int64_t value : get<std::vector<std::int64_t>>(name)) result.push_back(static_cast<int>(value));
  return result;
}

}  // namespace thimble
