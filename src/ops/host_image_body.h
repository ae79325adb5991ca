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

/// Each channel `times` times over, one after the other.
template <typename Kind>
void convert_repeated(const typename Kind::Input* from, std::ptrdiff_t count, int times, std::int32_t offset,
                      typename Kind::Element* to) {
  for (std::ptrdiff_t i = 0; i < count; ++i) {
    for (int k = 0; k < times; ++k) *to++ = Kind::element(from[i], offset);
  }
}

template <typename Kind>
void fill_image(const HostImage& image, const typename Kind::Input* input, typename Kind::Element* to) {
  if (image.same_layout()) {
    return convert<Kind>(input, static_cast<std::ptrdiff_t>(image.elements()), image.input_offset, to);
  }
  const auto nothing = Kind::element(static_cast<typename Kind::Input>(-image.input_offset), image.input_offset);
  const std::ptrdiff_t row = std::ptrdiff_t{image.width} * image.channels;
  const std::ptrdiff_t left = std::ptrdiff_t{image.pad_left} * image.channels;
  const std::ptrdiff_t copied = std::ptrdiff_t{image.copied_w} * image.channels;
  const int times = image.channels / image.input_c;
  pad<Kind>(to, image.pad_top * row, nothing);
  to += image.pad_top * row;
  for (int y = 0; y < image.copied_h; ++y, to += row, input += image.input_w * image.input_c) {
    pad<Kind>(to, left, nothing);
    if (times == 1) {
      convert<Kind>(input, copied, image.input_offset, to + left);
    } else {
      convert_repeated<Kind>(input, std::ptrdiff_t{image.copied_w} * image.input_c, times, image.input_offset,
                             to + left);
    }
    pad<Kind>(to + left + copied, row - left - copied, nothing);
  }
  pad<Kind>(to, (image.height - image.pad_top - image.copied_h) * row, nothing);
}

}  // namespace
