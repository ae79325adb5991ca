// Convolutions with few channels, as others with more: neighbouring pixels of the output become one with the channels
// of all, which lie in memory just so. Its window is that of all of them; a weight outside a pixel's own window is 0.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "ops/host_convolution.h"
#include "ops/host_image.h"

namespace thimble {

/// How many pixels are best joined when `lanes` channels cost as much as one, and `group` elements of a row.
inline int pixels_to_join(const thimble_window& w, int lanes, int group) {
  constexpr int kEnd = 12;  // what a sum costs besides its products, in groups
  int best = 1;
  double least = 0.0;
  for (int pixels = 1; pixels <= lanes / w.output_c; ++pixels) {
    if (w.output_w % pixels != 0 || (pixels > 1 && w.dilation_w != 1)) continue;
    const std::int64_t run = (w.filter_w + (pixels - 1) * std::int64_t{w.stride_w}) * w.input_c;
    const std::int64_t groups = w.filter_h * ((run + group - 1) / group);
    const double cost = static_cast<double>(kEnd + groups) / pixels;
    if (pixels > 1 && (cost >= least || groups * lanes * group > kMostHostElements)) continue;
    best = pixels;
    least = cost;
  }
  return best;
}

/// A convolution with `pixels` of its pixels joined, and the data that it points to.
template <typename Convolution>
class JoinedPixels {
 public:
  JoinedPixels(const Convolution& convolution, int pixels) : joined_(convolution), pixels_(pixels) {
    if (pixels == 1) return;
    join_filters(convolution);
    thimble_window& w = joined_.window;
    if (convolution.bias) repeat(joined_.bias, w.output_c, bias_);
    if constexpr (requires { joined_.requant; }) {
      if (convolution.per_channel) repeat(joined_.requant, w.output_c, requant_);
    }
    if constexpr (requires { joined_.scales; }) repeat(joined_.scales, w.output_c, scales_);
    w.filter_w += (pixels - 1) * w.stride_w;
    w.stride_w *= pixels;
    w.output_w /= pixels;
    w.output_c *= pixels;
  }
  JoinedPixels(const JoinedPixels&) = delete;
  JoinedPixels& operator=(const JoinedPixels&) = delete;

  const Convolution& convolution() const { return joined_; }

 private:
  template <typename T>
  using Values = std::vector<std::remove_cv_t<std::remove_pointer_t<T>>>;

  template <typename T>
  void repeat(const T*& values, int count, std::vector<T>& into) {
    for (int i = 0; i < pixels_; ++i) into.insert(into.end(), values, values + count);
    values = into.data();
  }

  void join_filters(const Convolution& from) {
    const thimble_window& w = from.window;
    const std::ptrdiff_t row = std::ptrdiff_t{w.filter_w} * w.input_c;
    const std::ptrdiff_t shift = std::ptrdiff_t{w.stride_w} * w.input_c;
    const std::ptrdiff_t joined_row = row + (pixels_ - 1) * shift;
    const std::ptrdiff_t rows = std::ptrdiff_t{w.output_c} * w.filter_h;
    filter_.resize(static_cast<std::size_t>(pixels_ * rows * joined_row));
    for (int pixel = 0; pixel < pixels_; ++pixel) {
      for (std::ptrdiff_t r = 0; r < rows; ++r) {
        std::copy_n(from.filter + r * row, row, filter_.data() + (pixel * rows + r) * joined_row + pixel * shift);
      }
    }
    joined_.filter = filter_.data();
  }

  Convolution joined_;
  int pixels_;
  Values<decltype(Convolution::filter)> filter_;
  Values<decltype(Convolution::bias)> bias_;
  std::vector<thimble_requant> requant_;
  std::vector<float> scales_;
};

}  // namespace thimble
