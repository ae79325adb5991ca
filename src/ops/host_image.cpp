#include "ops/host_image.h"

#include <algorithm>

namespace thimble {
namespace {

/// How many pixels the windows along one axis reach over.
std::int64_t reach(int outputs, int stride, int filter, int dilation) {
  return std::int64_t{outputs - 1} * stride + std::int64_t{filter - 1} * dilation + 1;
}

}  // namespace

std::optional<HostImage> host_image(const thimble_window& w, int channels, int block, std::int32_t input_offset) {
  const std::int64_t height = reach(w.output_h, w.stride_h, w.filter_h, w.dilation_h);
  const std::int64_t width = reach(w.output_w, w.stride_w, w.filter_w, w.dilation_w);
  const std::int64_t pixel = (std::int64_t{channels} + block - 1) / block * block;
  if (height <= 0 || width <= 0 || pixel <= 0 || width > kMostHostElements / height ||
      pixel > kMostHostElements / (height * width)) {
    return std::nullopt;
  }
  HostImage image{};
  image.height = static_cast<int>(height);
  image.width = static_cast<int>(width);
  image.pixel = static_cast<int>(pixel);
  image.channels = channels;
  image.pad_top = w.pad_top;
  image.pad_left = w.pad_left;
  image.copied_h = std::clamp(image.height - w.pad_top, 0, w.input_h);
  image.copied_w = std::clamp(image.width - w.pad_left, 0, w.input_w);
  image.input_w = w.input_w;
  image.input_c = w.input_c;
  image.input_offset = input_offset;
  image.input_elements = std::ptrdiff_t{w.input_h} * w.input_w * w.input_c;
  return image;
}

}  // namespace thimble
