// An operator's options as numbered slots. A table of a .tflite file gives each field of a schema's table a slot
// number, in the order of declaration (a union takes two: its type, then its value). Who knows the operator knows its
// slots.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/shared_bytes.h"

namespace thimble {

/// Enumerations of the schema are std::int8_t unless it says otherwise.
using OptionValue = std::variant<bool, std::int8_t, std::int32_t, std::int64_t, float, std::vector<std::int32_t>,
                                 std::vector<std::int64_t>, std::vector<float>, std::string>;

struct OptionField {
  int slot;  // 0...
  OptionValue value;

  bool operator==(const OptionField&) const = default;
};

/// Either a table in the bytes of a file, to be read, or a list of fields, to be read or written. Each reader gives
/// `missing` where the slot is absent; pass the schema's default. Throws InputError if the slot's value lies outside of
/// the file: bytes do not tell the kind of a field, so a hostile file can make numbers of anything, but nothing worse.
class OptionsTable {
 public:
  /// No fields: every slot has its default.
  OptionsTable() = default;
  /// Leave out the fields that have their default: each costs bytes. A slot may occur once.
  explicit OptionsTable(std::vector<OptionField> fields);
  /// The table at `position` of `file`. Throws InputError if it lies outside.
  OptionsTable(SharedBytes file, std::size_t position);

  bool has(int slot) const;
  bool b8(int slot, bool missing) const;
  std::int8_t i8(int slot, std::int8_t missing) const;
  std::int32_t i32(int slot, std::int32_t missing) const;
  std::int64_t i64(int slot, std::int64_t missing) const;
  float f32(int slot, float missing) const;
  std::vector<std::int32_t> i32_vector(int slot) const;  // empty if absent
  std::vector<std::int64_t> i64_vector(int slot) const;
  std::vector<float> f32_vector(int slot) const;
  std::string text(int slot) const;

  /// The fields of a table that was made from a list; InternalError for one in a file, whose fields have no known
  /// kinds.
  const std::vector<OptionField>& fields() const;

 private:
  std::size_t position_of(int slot) const;  // in the file; 0 if absent
  template <typename T>
  T scalar(int slot, T missing) const;
  template <typename List>
  List list(int slot) const;
  template <typename T>
  T made(int slot, T missing) const;  // from the list of fields
  const OptionField* find(int slot) const;

  std::vector<OptionField> fields_;  // if made from a list
  SharedBytes file_;                 // if in a file
  std::size_t position_ = 0;         // of the table
};

}  // namespace thimble
