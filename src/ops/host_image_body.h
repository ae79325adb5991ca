// Body (ops/isa.h): input -> padded image (ops/host_image.h). Kind is a kind of numbers, such as ByteProduct.

namespace {

template <typename Kind>
void convert(const typename Kind::Input* from, std::ptrdiff_t count, std::int32_t offset, typename Kind::Element* to) {
  for (std::ptrdiff_t i = 0; i < count; ++i) to[i] = Kind::element(from[i], offset);
}

template <typename Kind>
void pad(typename Kind::Element* to, std::ptrdiff_t count, typename Kind::Element value) {
  for (std::ptrdiff_t i = 0; i < count; ++i) to[i] = value;
}

/// `count` pixels, each channel repeated so that there are image.channels of them.
template <typename Kind>
void convert_pixels(const HostImage& image, const typename Kind::Input* from, int count, typename Kind::Element* to) {
  const int times = image.channels / image.input_c;
  if (image.pixel == image.input_c) {
    return convert<Kind>(from, std::ptrdiff_t{count} * image.pixel, image.input_offset, to);
  }
  for (int x = 0; x < count; ++x, from += image.input_c, to += image.pixel) {
    for (int c = 0; c < image.input_c; ++c) {
      for (int k = 0; k < times; ++k) to[c * times + k] = Kind::element(from[c], image.input_offset);
    }
  }
}

template <typename Kind>
void fill_image(const HostImage& image, const typename Kind::Input* input, typename Kind::Element* to) {
  if (image.same_layout()) {
    return convert<Kind>(input, static_cast<std::ptrdiff_t>(image.elements()), image.input_offset, to);
  }
  const auto nothing = Kind::element(static_cast<typename Kind::Input>(-image.input_offset), image.input_offset);
  const std::ptrdiff_t row = std::ptrdiff_t{image.width} * image.pixel;
  const std::ptrdiff_t copied = std::ptrdiff_t{image.copied_w} * image.pixel;
  const typename Kind::Element* end = to + image.elements();
  std::ptrdiff_t padding = image.pad_top * row + std::ptrdiff_t{image.pad_left} * image.pixel;
  for (int y = 0; y < image.copied_h; ++y, input += image.input_w * image.input_c) {
    pad<Kind>(to, padding, nothing);
    to += padding;
    convert_pixels<Kind>(image, input, image.copied_w, to);
    to += copied;
    padding = row - copied;  // on the right, and on the left of the next row
  }
  pad<Kind>(to, end - to, nothing);
}

}  // namespace
