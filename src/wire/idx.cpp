#include "wire/idx.h"

#include <algorithm>
#include <optional>

#include "wire/gzip.h"

namespace thimble {
namespace {

std::optional<NpyType> type_of(std::uint8_t code) {
  switch (code) {
    case 0x08:
      return NpyType::kUint8;
    case 0x09:
      return NpyType::kInt8;
    case 0x0b:
      return NpyType::kInt16;
    case 0x0c:
      return NpyType::kInt32;
    case 0x0d:
      return NpyType::kFloat32;
    case 0x0e:
      return NpyType::kFloat64;
    default:
      return std::nullopt;
  }
}

std::int64_t big_endian(ByteSpan bytes) {
  return std::int64_t{bytes[0]} << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

// Two zeros, the type, the number of dimensions, each dimension in 32 bits, the elements; all big-endian.
NpyArray parse_plain(Bytes file) {
  constexpr std::size_t kMagic = 4;
  require(file.size() >= kMagic && file[0] == 0 && file[1] == 0 && type_of(file[2]), "not an IDX file");
  NpyArray array{*type_of(file[2]), {}, {}};
  const std::size_t rank = file[3];
  require(file.size() >= kMagic + 4 * rank, "truncated IDX file: it ends among its {} dimensions", rank);
  const std::size_t header = kMagic + 4 * rank;
  const std::size_t available = file.size() - header;
  const std::size_t item = npy_item_size(array.type);
  std::size_t size = item;
  for (std::size_t axis = 0; axis < rank; ++axis) {
    array.shape.push_back(big_endian(ByteSpan(file).subspan(kMagic + 4 * axis, 4)));
    require(array.shape.back() > 0, "damaged IDX file: dimension {} is 0", axis);
    require(std::cmp_less_equal(array.shape.back(), available / size),
            "truncated IDX file: its dimensions need more than the {} bytes there are", available);
    size *= static_cast<std::size_t>(array.shape.back());
  }
  require(size == available, "damaged IDX file: it has {} bytes of data, its dimensions need {}", available, size);
  file.erase(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(header));
  array.bytes = std::move(file);
  if (item > 1) {
    for (auto place = array.bytes.begin(); place != array.bytes.end(); place += static_cast<std::ptrdiff_t>(item)) {
      std::reverse(place, place + static_cast<std::ptrdiff_t>(item));
    }
  }
  return array;
}

}  // namespace

NpyArray parse_idx(ByteSpan file, std::size_t max_bytes) {
  return is_gzip(file) ? parse_plain(gunzip(file, max_bytes)) : parse_plain(Bytes(file.begin(), file.end()));
}

}  // namespace thimble
