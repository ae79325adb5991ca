#include "wire/tflite_options.h"

#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>

#include "base/error.h"

namespace thimble {
namespace {

static_assert(std::endian::native == std::endian::little, "fields are read as they lie in the file");

/// The T at `position` of `file`, whatever its alignment.
template <typename T>
T load(const SharedBytes& file, std::size_t position) {
  require(position <= file.size() && file.size() - position >= sizeof(T), "options lie outside of the file");
  T value;
  std::memcpy(&value, file.data() + position, sizeof(T));
  return value;
}

/// Where a vector's or a string's element count stands: an offset relative to its own place leads there.
std::size_t follow(const SharedBytes& file, std::size_t position) {
  return position + load<std::uint32_t>(file, position);
}

/// `count` elements of T follow the element count at `position`.
template <typename T>
std::size_t checked_count(const SharedBytes& file, std::size_t position) {
  const std::size_t count = load<std::uint32_t>(file, position);
  const std::size_t start = position + sizeof(std::uint32_t);
  require(count <= (file.size() - start) / sizeof(T), "a list of {} in the options lies outside of the file", count);
  return count;
}

}  // namespace

OptionsTable::OptionsTable(std::vector<OptionField> fields) : fields_(std::move(fields)) {}

OptionsTable::OptionsTable(SharedBytes file, std::size_t position) : file_(std::move(file)), position_(position) {
  position_of(0);
}

// A table starts with the signed distance back to its vtable: {bytes of the vtable, bytes of the table, offset of slot
// 0 in the table, of slot 1, ...}, all of 16 bits. An offset of 0, or one beyond the vtable, means: absent.
std::size_t OptionsTable::position_of(int slot) const {
  const auto vtable = static_cast<std::int64_t>(position_) - load<std::int32_t>(file_, position_);
  require(vtable >= 0, "options lie outside of the file");
  const auto start = static_cast<std::size_t>(vtable);
  const std::size_t size = load<std::uint16_t>(file_, start);
  const std::size_t entry = sizeof(std::uint16_t) * (2 + static_cast<std::size_t>(slot));
  if (entry + sizeof(std::uint16_t) > size) return 0;
  const auto offset = load<std::uint16_t>(file_, start + entry);
  return offset == 0 ? 0 : position_ + offset;
}

const OptionField* OptionsTable::find(int slot) const {
  for (const OptionField& field : fields_) {
    if (field.slot == slot) return &field;
  }
  return nullptr;
}

bool OptionsTable::has(int slot) const { return file_ ? position_of(slot) != 0 : find(slot) != nullptr; }

template <typename T>
T OptionsTable::made(int slot, T missing) const {
  const OptionField* field = find(slot);
  if (!field) return missing;
  ensure(std::holds_alternative<T>(field->value), "option {} is read as another kind than it was made", slot);
  return std::get<T>(field->value);
}

template <typename T>
T OptionsTable::scalar(int slot, T missing) const {
  if (!file_) return made(slot, missing);
  const std::size_t position = position_of(slot);
  if (position == 0) return missing;
  using Stored = std::conditional_t<std::is_same_v<T, bool>, std::uint8_t, T>;
  return static_cast<T>(load<Stored>(file_, position));
}

template <typename List>
List OptionsTable::list(int slot) const {
  using T = typename List::value_type;
  if (!file_) return made(slot, List());
  const std::size_t field = position_of(slot);
  if (field == 0) return {};
  const std::size_t position = follow(file_, field);
  List values(checked_count<T>(file_, position), T());
  if (!values.empty()) {
    std::memcpy(values.data(), file_.data() + position + sizeof(std::uint32_t), values.size() * sizeof(T));
  }
  return values;
}

bool OptionsTable::b8(int slot, bool missing) const { return scalar(slot, missing); }
std::int8_t OptionsTable::i8(int slot, std::int8_t missing) const { return scalar(slot, missing); }
std::int32_t OptionsTable::i32(int slot, std::int32_t missing) const { return scalar(slot, missing); }
std::int64_t OptionsTable::i64(int slot, std::int64_t missing) const { return scalar(slot, missing); }
float OptionsTable::f32(int slot, float missing) const { return scalar(slot, missing); }
std::vector<std::int32_t> OptionsTable::i32_vector(int slot) const { return list<std::vector<std::int32_t>>(slot); }
std::vector<std::int64_t> OptionsTable::i64_vector(int slot) const { return list<std::vector<std::int64_t>>(slot); }
std::vector<float> OptionsTable::f32_vector(int slot) const { return list<std::vector<float>>(slot); }
std::string OptionsTable::text(int slot) const { return list<std::string>(slot); }

const std::vector<OptionField>& OptionsTable::fields() const {
  ensure(!file_, "options that were read from a file are written without having been understood");
  return fields_;
}

}  // namespace thimble
