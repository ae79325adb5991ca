// NumPy's .npy: one array with its type and shape.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/error.h"
#include "base/file_system.h"

namespace thimble {

enum class NpyType {
  kBool,
  kInt8,
  kUint8,
  kInt16,
  kUint16,
  kInt32,
  kUint32,
  kInt64,
  kUint64,
  kFloat16,
  kFloat32,
  kFloat64
};

/// Bytes of one element.
std::size_t npy_item_size(NpyType type);
/// NumPy's name: "float32".
std::string_view npy_type_name(NpyType type);

/// The type of an array of T's; float16 has no C++ type, its arrays are read as bytes.
template <typename T>
constexpr NpyType npy_type() {
  if constexpr (std::is_same_v<T, bool>) return NpyType::kBool;
  if constexpr (std::is_same_v<T, std::int8_t>) return NpyType::kInt8;
  if constexpr (std::is_same_v<T, std::uint8_t>) return NpyType::kUint8;
  if constexpr (std::is_same_v<T, std::int16_t>) return NpyType::kInt16;
  if constexpr (std::is_same_v<T, std::uint16_t>) return NpyType::kUint16;
  if constexpr (std::is_same_v<T, std::int32_t>) return NpyType::kInt32;
  if constexpr (std::is_same_v<T, std::uint32_t>) return NpyType::kUint32;
  if constexpr (std::is_same_v<T, std::int64_t>) return NpyType::kInt64;
  if constexpr (std::is_same_v<T, std::uint64_t>) return NpyType::kUint64;
  if constexpr (std::is_same_v<T, float>) return NpyType::kFloat32;
  if constexpr (std::is_same_v<T, double>) return NpyType::kFloat64;
}

struct NpyArray {
  NpyType type = NpyType::kFloat32;
  std::vector<std::int64_t> shape;  // empty for a scalar
  Bytes bytes;                      // little endian, row-major

  std::size_t elements() const { return bytes.size() / npy_item_size(type); }

  /// The elements. InternalError if T is not their type.
  template <typename T>
  std::span<const T> values() const {
    ensure(npy_type<T>() == type, "an array of {} is read as another type", npy_type_name(type));
    return {reinterpret_cast<const T*>(bytes.data()), elements()};
  }

  bool operator==(const NpyArray&) const = default;
};

template <typename T>
NpyArray make_npy(std::vector<std::int64_t> shape, std::span<const T> values) {
  const auto* start = reinterpret_cast<const std::uint8_t*>(values.data());
  return {npy_type<T>(), std::move(shape), Bytes(start, start + values.size_bytes())};
}

/// Reads a whole file of version 1 to 3. Column-major and big-endian arrays are converted. Throws InputError (not .npy,
/// truncated, a type that is not in NpyType, a shape that the data does not fill).
NpyArray parse_npy(ByteSpan file);

/// The very bytes that NumPy writes.
Bytes write_npy(const NpyArray& array);

}  // namespace thimble
