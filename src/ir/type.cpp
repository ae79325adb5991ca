#include "ir/type.h"

#include <array>
#include <limits>

#include "base/error.h"

namespace thimble {
namespace {

struct TypeInfo {
  std::string_view name;
  std::size_t size;
  std::int64_t min;
  std::int64_t max;
};

const TypeInfo& info(Type type) {
  static constexpr std::array<TypeInfo, 11> kInfo = {{
      {"float32", 4, 0, 0},
      {"float16", 2, 0, 0},
      {"int4", 1, -8, 7},
      {"int8", 1, -128, 127},
      {"uint8", 1, 0, 255},
      {"int16", 2, -32768, 32767},
      {"uint16", 2, 0, 65535},
      {"int32", 4, std::numeric_limits<std::int32_t>::min(), std::numeric_limits<std::int32_t>::max()},
      {"uint32", 4, 0, std::numeric_limits<std::uint32_t>::max()},
      {"int64", 8, std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()},
      {"bool", 1, 0, 1},
  }};
  const auto index = static_cast<std::size_t>(type);
  ensure(index < kInfo.size(), "unknown element type {}", index);
  return kInfo[index];
}

}  // namespace

std::size_t size_of(Type type) { return info(type).size; }
std::string_view name_of(Type type) { return info(type).name; }
bool is_float(Type type) { return type == Type::kFloat32 || type == Type::kFloat16; }
std::int64_t min_of(Type type) { return info(type).min; }
std::int64_t max_of(Type type) { return info(type).max; }

}  // namespace thimble
