// The element types of tensors, in TFLite's numbering order of use rather than its numbers (io/tflite maps those).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace thimble {

enum class Type : std::uint8_t {
  kFloat32,
  kFloat16,
  kInt4,  // in memory one element a byte; packed two to a byte only in a .tflite file
  kInt8,
  kUint8,
  kInt16,
  kUint16,
  kInt32,
  kUint32,
  kInt64,
  kBool,
};

/// Bytes of one element in memory.
std::size_t size_of(Type type);

/// TFLite's name: "float32", "int8", "bool".
std::string_view name_of(Type type);

bool is_float(Type type);

/// The least and greatest value of an integer type of at most 32 bits, as quantization uses it.
std::int64_t min_of(Type type);
std::int64_t max_of(Type type);

}  // namespace thimble
