// Images as host bodies read them: with their padding in place, so that no window reaches outside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "kernel/window.h"

namespace thimble {

/// One padded image, [height][width][pixel], and what of the input goes into it.
struct HostImage {
  int height, width;
  int pixel;  // elements from one pixel to the next: the channels, and maybe some that nobody looks at
  int channels;
  int pad_top, pad_left;
  int copied_h, copied_w;         // rows and columns of the input that windows see
  int input_w, input_c;           // of the input; channels is a multiple of input_c, each repeated so often
  std::int32_t input_offset;      // minus the zero point; 0 for floats
  std::ptrdiff_t input_elements;  // of one image of the batch

  std::size_t elements() const {
    return static_cast<std::size_t>(height) * static_cast<std::size_t>(width) * static_cast<std::size_t>(pixel);
  }
  /// The input needs nothing but a change of its elements.
  bool same_layout() const {
    return pad_left == 0 && pad_top == 0 && copied_h == height && width == input_w && pixel == input_c;
  }
};

/// The image for the windows of `w`, with `channels` of them in pixels of a multiple of `block` elements. None when it
/// would be very large: a file may ask for windows that reach far outside.
std::optional<HostImage> host_image(const thimble_window& w, int channels, int block, std::int32_t input_offset);

/// What host bodies may take for an image, or for packed weights.
inline constexpr std::int64_t kMostHostElements = std::int64_t{1} << 24;

}  // namespace thimble
