// Samples of a data set as pictures in a page.
#pragma once

#include <optional>
#include <string>

#include "data/dataset.h"

namespace thimble {

/// Sample `index` as a PNG in a data URI; nothing when samples are no images of 1 or 3 channels.
std::optional<std::string> sample_as_png(const Dataset& data, std::size_t index);

/// A PNG file of 8-bit pixels; `channels` is 1 (grey) or 3 (red, green, blue), `pixels` are rows from the top.
Bytes write_png(std::uint32_t width, std::uint32_t height, std::uint32_t channels, ByteSpan pixels);

std::string base64(ByteSpan bytes);

}  // namespace thimble
