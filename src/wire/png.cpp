#include "wire/png.h"

#include <spng.h>

#include <memory>

namespace thimble {
namespace {

void check(int result) { require(result == 0, "is no PNG image, or damaged: {}", spng_strerror(result)); }

}  // namespace

NpyArray parse_png(ByteSpan file) {
  const std::unique_ptr<spng_ctx, void (*)(spng_ctx*)> context(spng_ctx_new(0), spng_ctx_free);
  ensure(context != nullptr, "no memory for libspng");
  constexpr std::uint32_t kMostSide = 1 << 15, kMostPixels = 64'000'000;
  check(spng_set_image_limits(context.get(), kMostSide, kMostSide));
  check(spng_set_chunk_limits(context.get(), std::size_t{1} << 24, std::size_t{1} << 26));
  check(spng_set_png_buffer(context.get(), file.data(), file.size()));
  spng_ihdr header{};
  check(spng_get_ihdr(context.get(), &header));
  require(std::uint64_t{header.width} * header.height <= kMostPixels, "has {} x {} pixels; at most {} are read",
          header.width, header.height, kMostPixels);
  const bool grey =
      header.color_type == SPNG_COLOR_TYPE_GRAYSCALE || header.color_type == SPNG_COLOR_TYPE_GRAYSCALE_ALPHA;
  std::size_t size = 0;
  check(spng_decoded_image_size(context.get(), SPNG_FMT_RGB8, &size));
  NpyArray image{NpyType::kUint8, {header.height, header.width, 3}, Bytes(size)};
  check(spng_decode_image(context.get(), image.bytes.data(), size, SPNG_FMT_RGB8, 0));
  if (!grey) return image;
  for (std::size_t i = 0; i < size / 3; ++i) image.bytes[i] = image.bytes[3 * i];
  image.bytes.resize(size / 3);
  image.shape[2] = 1;
  return image;
}

}  // namespace thimble
