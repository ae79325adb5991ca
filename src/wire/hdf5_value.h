// The values in an HDF5 file: their type, shape and bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/hdf5.h"
#include "wire/hdf5_cursor.h"

namespace thimble {

constexpr std::string_view kHdf5Signature = "\x89HDF\r\n\x1a\n";

/// Types of the messages that describe an object.
enum Hdf5Message : std::uint16_t {
  kHdf5Dataspace = 0x01,
  kHdf5LinkInfo = 0x02,
  kHdf5Datatype = 0x03,
  kHdf5FillValue = 0x05,
  kHdf5Link = 0x06,
  kHdf5Layout = 0x08,
  kHdf5GroupInfo = 0x0a,
  kHdf5Filters = 0x0b,
  kHdf5Attribute = 0x0c,
  kHdf5Continuation = 0x10,
  kHdf5SymbolTable = 0x11,
  kHdf5AttributeInfo = 0x15,
};

constexpr std::uint64_t kHdf5Undefined = ~std::uint64_t{0};  // an address that leads nowhere

struct Hdf5Type {
  enum Kind { kNumber, kFixedText, kVariableText, kOther };
  Kind kind = kOther;
  NpyType number = NpyType::kFloat32;  // of kNumber
  std::size_t size = 0;                // bytes of one element
};

struct Hdf5Space {
  std::vector<std::int64_t> shape;
  std::uint64_t elements = 1;
};

/// The body of a datatype message.
Hdf5Type parse_hdf5_type(Hdf5Cursor cursor);

/// The body of a dataspace message. Its elements, of `item` bytes, take at most `max_bytes`.
Hdf5Space parse_hdf5_space(Hdf5Cursor cursor, std::size_t item, std::size_t max_bytes);

/// The body of an attribute message: its name, and its value if it is of a kind that Hdf5Attribute holds. `file` is for
/// the texts of variable length, which stand elsewhere.
std::pair<std::string, std::optional<Hdf5Attribute>> parse_hdf5_attribute(Hdf5Cursor cursor, ByteSpan file,
                                                                          Hdf5Budget& budget);

}  // namespace thimble
