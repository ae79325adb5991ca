#include "report/picture.h"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.h"

namespace thimble {
namespace {

void add_be32(Bytes& out, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

/// PNG, W3C recommendation, 5.3: length, type, data, CRC of type and data.
void add_chunk(Bytes& out, std::string_view type, ByteSpan data) {
  add_be32(out, static_cast<std::uint32_t>(data.size()));
  const std::size_t start = out.size();
  out.insert(out.end(), type.begin(), type.end());
  out.insert(out.end(), data.begin(), data.end());
  const auto crc = ::crc32(0, out.data() + start, static_cast<uInt>(out.size() - start));
  add_be32(out, static_cast<std::uint32_t>(crc));
}

Bytes deflated(ByteSpan bytes) {
  uLongf size = ::compressBound(static_cast<uLong>(bytes.size()));
  Bytes result(size);
  const int status = ::compress2(result.data(), &size, bytes.data(), static_cast<uLong>(bytes.size()), 9);
  ensure(status == Z_OK, "zlib cannot compress {} bytes: {}", bytes.size(), status);
  result.resize(size);
  return result;
}

}  // namespace

Bytes write_png(std::uint32_t width, std::uint32_t height, std::uint32_t channels, ByteSpan pixels) {
  const std::size_t row = std::size_t{width} * channels;
  ensure(pixels.size() == row * height, "{} bytes are no picture of {} x {}", pixels.size(), width, height);
  Bytes png = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  Bytes header;
  add_be32(header, width);
  add_be32(header, height);
  const auto colour_type = static_cast<std::uint8_t>(channels == 1 ? 0 : 2);
  header.insert(header.end(), {8, colour_type, 0, 0, 0});
  add_chunk(png, "IHDR", header);
  Bytes lines;
  for (std::size_t y = 0; y < height; ++y) {
    lines.push_back(0);  // the row is not filtered
    const auto pixel_row = pixels.subspan(y * row, row);
    lines.insert(lines.end(), pixel_row.begin(), pixel_row.end());
  }
  add_chunk(png, "IDAT", deflated(lines));
  add_chunk(png, "IEND", {});
  return png;
}

std::string base64(ByteSpan bytes) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) group = group << 8 | (j < count ? bytes[i + j] : 0U);
    for (std::size_t j = 0; j < 4; ++j) text += j <= count ? kDigits[group >> (18 - 6 * j) & 63U] : '=';
  }
  return text;
}

std::optional<std::string> sample_as_png(const Dataset& data, std::size_t index) {
  const auto& shape = data.sample_shape;
  if (index >= data.size() || shape.size() != 3 || (shape[2] != 1 && shape[2] != 3)) return {};
  std::vector<float> values(data.sample_size());
  data.read(index, values);
  Bytes pixels(values.size());
  std::ranges::transform(values, pixels.begin(), [](float value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0.0F, 1.0F) * 255.0F + 0.5F);
  });
  const auto extent = [&](std::size_t axis) { return static_cast<std::uint32_t>(shape[axis]); };
  return "data:image/png;base64," + base64(write_png(extent(1), extent(0), extent(2), pixels));
}

}  // namespace thimble
