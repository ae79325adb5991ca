#include "wire/hdf5_value.h"

#include <algorithm>
#include <utility>

namespace thimble {
namespace {

std::size_t padded(std::size_t size) { return (size + 7) / 8 * 8; }

std::optional<NpyType> integer_type(std::size_t size, bool is_signed) {
  switch (size) {
    case 1:
      return is_signed ? NpyType::kInt8 : NpyType::kUint8;
    case 2:
      return is_signed ? NpyType::kInt16 : NpyType::kUint16;
    case 4:
      return is_signed ? NpyType::kInt32 : NpyType::kUint32;
    case 8:
      return is_signed ? NpyType::kInt64 : NpyType::kUint64;
    default:
      return std::nullopt;
  }
}

/// `cursor` stands at the properties: where sign, exponent and mantissa lie. Only IEEE's own formats are known.
std::optional<NpyType> float_type(std::size_t size, Hdf5Cursor cursor) {
  cursor.skip(4);  // offset and precision in bits
  cursor.skip(1);  // exponent location
  const int exponent_bits = cursor.u8();
  if (size == 2 && exponent_bits == 5) return NpyType::kFloat16;
  if (size == 4 && exponent_bits == 8) return NpyType::kFloat32;
  if (size == 8 && exponent_bits == 11) return NpyType::kFloat64;
  return std::nullopt;
}

std::string text_of(ByteSpan bytes) {
  const std::string_view text = as_text(bytes);
  return std::string(text.substr(0, text.find('\0')));
}

/// Object `index` of the global heap collection at `address`.
ByteSpan heap_object(ByteSpan file, std::uint64_t address, std::uint32_t index, Hdf5Budget& budget) {
  Hdf5Cursor collection = Hdf5Cursor::at(file, address);
  constexpr std::size_t kHeader = 16;
  collection.expect("GCOL");
  collection.skip(4);  // version
  const std::uint64_t size = collection.u64();
  require(size >= kHeader, "damaged HDF5 file: a heap is smaller than its header");
  Hdf5Cursor objects(collection.take(size - kHeader));
  while (objects.left() >= kHeader) {
    budget.step();
    const std::uint16_t found = objects.u16();
    objects.skip(6);  // reference count
    const std::uint64_t bytes = objects.u64();
    if (found == 0) break;  // free space, which comes last
    const ByteSpan object = objects.take(bytes);
    if (found == index) return object;
    objects.skip(std::min<std::size_t>(padded(bytes) - bytes, objects.left()));
  }
  input_error("damaged HDF5 file: a text is not in its heap");
}

std::vector<std::string> texts(const Hdf5Type& type, std::uint64_t count, Hdf5Cursor cursor, ByteSpan file,
                               Hdf5Budget& budget) {
  std::vector<std::string> result;
  for (std::uint64_t i = 0; i < count; ++i) {
    if (type.kind == Hdf5Type::kFixedText) {
      budget.spend(type.size + sizeof(std::string));
      result.push_back(text_of(cursor.take(type.size)));
      continue;
    }
    const std::uint32_t length = cursor.u32();
    const std::uint64_t address = cursor.u64();
    const std::uint32_t index = cursor.u32();
    const ByteSpan object = length == 0 ? ByteSpan() : heap_object(file, address, index, budget);
    require(length <= object.size(), "damaged HDF5 file: a text is longer than its place");
    budget.spend(length + sizeof(std::string));
    result.push_back(text_of(object.first(length)));
  }
  return result;
}

}  // namespace

Hdf5Type parse_hdf5_type(Hdf5Cursor cursor) {
  enum Class { kInteger = 0, kFloat = 1, kText = 3, kVariable = 9 };
  const int kind = cursor.u8() & 0x0f;
  const std::uint32_t flags = cursor.u8();
  cursor.skip(2);  // more flags
  Hdf5Type type{.kind = Hdf5Type::kOther, .size = cursor.u32()};
  require(type.size > 0, "damaged HDF5 file: a type has no bytes");
  const bool big_endian = (flags & 1) != 0;
  std::optional<NpyType> number;
  if (kind == kInteger && !big_endian) number = integer_type(type.size, (flags & 8) != 0);
  if (kind == kFloat && !big_endian) number = float_type(type.size, cursor);
  if (number) {
    type.kind = Hdf5Type::kNumber;
    type.number = *number;
  } else if (kind == kText) {
    type.kind = Hdf5Type::kFixedText;
  } else if (kind == kVariable && (flags & 0x0f) == 1) {
    type.kind = Hdf5Type::kVariableText;
    require(type.size == 16, "damaged HDF5 file: a text's address has {} bytes", type.size);
  }
  return type;
}

Hdf5Space parse_hdf5_space(Hdf5Cursor cursor, std::size_t item, std::size_t max_bytes) {
  const int version = cursor.u8();
  require(version == 1 || version == 2, "HDF5: a shape of version {} cannot be read", version);
  const std::size_t rank = cursor.u8();
  cursor.skip(1);  // flags
  constexpr int kNull = 2;
  const bool is_null = version == 2 && cursor.u8() == kNull;
  if (version == 1) cursor.skip(5);
  Hdf5Space space;
  const std::uint64_t most = max_bytes / item;
  std::uint64_t bound = 1;  // elements, if dimensions of 0 are taken as 1: no product overflows later
  for (std::size_t axis = 0; axis < rank; ++axis) {
    const std::uint64_t size = cursor.u64();
    const std::uint64_t factor = std::max<std::uint64_t>(size, 1);
    require(factor <= std::max<std::uint64_t>(most, 1) / bound,
            "damaged HDF5 file: a shape needs more bytes than there are");
    bound *= factor;
    space.shape.push_back(static_cast<std::int64_t>(size));
    space.elements *= size;
  }
  require(space.elements <= most || is_null, "damaged HDF5 file: a shape needs more bytes than there are");
  if (is_null) space = {.shape = {0}, .elements = 0};
  return space;
}

std::pair<std::string, std::optional<Hdf5Attribute>> parse_hdf5_attribute(Hdf5Cursor cursor, ByteSpan file,
                                                                          Hdf5Budget& budget) {
  const int version = cursor.u8();
  require(version >= 1 && version <= 3, "HDF5: an attribute of version {} cannot be read", version);
  const bool shared = cursor.u8() != 0 && version > 1;
  require(!shared, "HDF5: an attribute of a named type cannot be read");
  const std::size_t name_size = cursor.u16();
  const std::size_t type_size = cursor.u16();
  const std::size_t space_size = cursor.u16();
  if (version == 3) cursor.skip(1);  // the name's character set
  const auto take = [&](std::size_t size) { return cursor.take(version == 1 ? padded(size) : size).first(size); };
  std::string name = text_of(take(name_size));
  const Hdf5Type type = parse_hdf5_type(Hdf5Cursor(take(type_size)));
  const Hdf5Space space = parse_hdf5_space(Hdf5Cursor(take(space_size)), type.size, cursor.left());
  const ByteSpan data = cursor.take(space.elements * type.size);
  if (type.kind == Hdf5Type::kOther) return {std::move(name), std::nullopt};
  if (type.kind == Hdf5Type::kNumber) {
    budget.spend(data.size());
    return {std::move(name), NpyArray{type.number, space.shape, Bytes(data.begin(), data.end())}};
  }
  std::vector<std::string> all = texts(type, space.elements, Hdf5Cursor(data), file, budget);
  if (space.shape.empty()) return {std::move(name), std::move(all.front())};
  return {std::move(name), std::move(all)};
}

}  // namespace thimble
