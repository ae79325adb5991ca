// The static arguments of an operator or layer: a small ordered map from name to value.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace thimble {

using AttributeValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>>;

/// "3", "SAME", "[1, 2]".
std::string to_string(const AttributeValue& value);

class Attributes {
 public:
  Attributes() = default;
  Attributes(std::initializer_list<std::pair<const std::string, AttributeValue>> values) : values_(values) {}

  bool has(const std::string& name) const { return values_.contains(name); }
  void set(const std::string& name, AttributeValue value) { values_[name] = std::move(value); }
  void erase(const std::string& name) { values_.erase(name); }

  /// The value of `name`. Throws InternalError when it is missing or of another type: readers fill in defaults.
  bool flag(const std::string& name) const { return get<bool>(name); }
  int integer(const std::string& name) const;
  float real(const std::string& name) const { return static_cast<float>(get<double>(name)); }
  const std::string& text(const std::string& name) const { return get<std::string>(name); }
  std::vector<int> integers(const std::string& name) const;

  auto begin() const { return values_.begin(); }
  auto end() const { return values_.end(); }
  bool operator==(const Attributes&) const = default;

 private:
  template <typename T>
  const T& get(const std::string& name) const;

  std::map<std::string, AttributeValue> values_;
};

}  // namespace thimble
