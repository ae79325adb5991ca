#include "data/mapped_array.h"

#include <charconv>
#include <string_view>

#include "base/error.h"
#include "base/mapped_file.h"

namespace thimble {
namespace {

/// `bytes` from `offset` on as an array; its size must be what the shape says.
MappedArray array_of(const SharedBytes& bytes, std::size_t offset, NpyType type, std::vector<std::int64_t> shape) {
  std::uint64_t size = npy_item_size(type);
  for (const std::int64_t side : shape) {
    require(side >= 0 && (side == 0 || size <= UINT64_MAX / 2 / static_cast<std::uint64_t>(side)),
            "its shape is damaged");
    size *= static_cast<std::uint64_t>(side);
  }
  require(offset + size == bytes.size(), "holds {} bytes of data, its shape says {}", bytes.size() - offset, size);
  return {type, std::move(shape), bytes.part(offset, size)};
}

std::vector<std::int64_t> shape_in(std::string_view text) {
  std::vector<std::int64_t> shape;
  while (true) {
    const std::size_t digit = text.find_first_of("0123456789");
    if (digit == std::string_view::npos) return shape;
    text.remove_prefix(digit);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    require(error == std::errc(), "its shape is damaged");
    shape.push_back(value);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  }
}

}  // namespace

std::optional<MappedArray> map_npy(const std::filesystem::path& path) {
  const SharedBytes bytes = map_file(path);
  const std::string_view text = as_text(bytes.span());
  constexpr std::string_view kMagic = "\x93NUMPY\x01";
  constexpr std::size_t kFixed = 10;  // magic, version, length of the header
  if (!text.starts_with(kMagic) || text.size() < kFixed) return std::nullopt;
  const std::size_t length = bytes.span()[8] + (std::size_t{bytes.span()[9]} << 8);
  if (text.size() < kFixed + length) return std::nullopt;
  const std::string_view header = text.substr(kFixed, length);
  const bool floats = header.find("'<f4'") != header.npos, uint8 = header.find("'|u1'") != header.npos;
  const std::size_t shape = header.find("'shape':"), close = header.find(')');
  if (floats == uint8 || header.find("'fortran_order': False") == header.npos || shape == header.npos ||
      close < shape || close == header.npos) {
    return std::nullopt;
  }
  return array_of(bytes, kFixed + length, floats ? NpyType::kFloat32 : NpyType::kUint8,
                  shape_in(header.substr(shape, close - shape)));
}

std::optional<MappedArray> map_idx(const std::filesystem::path& path) {
  const SharedBytes bytes = map_file(path);
  const ByteSpan span = bytes.span();
  constexpr std::uint8_t kUint8 = 8;
  if (span.size() < 4 || span[0] != 0 || span[1] != 0 || span[2] != kUint8) return std::nullopt;
  const std::size_t axes = span[3], header = 4 + 4 * axes;
  if (span.size() < header) return std::nullopt;
  std::vector<std::int64_t> shape;
  for (std::size_t i = 4; i < header; i += 4) {
    shape.push_back((std::int64_t{span[i]} << 24) | (span[i + 1] << 16) | (span[i + 2] << 8) | span[i + 3]);
  }
  return array_of(bytes, header, NpyType::kUint8, std::move(shape));
}

}  // namespace thimble
