// What the bodies of train_conv_pool_dense.cpp know of their work. Sizes are in floats, but for codes.
#pragma once

#include <cstddef>

#include "ops/train_activation.h"

namespace thimble {

/// The samples that lie side by side. Those beyond the batch hold numbers without meaning, but finite ones.
inline constexpr int kInterleaved = 16;
/// The parts that the image is cut into, whatever the number of threads.
inline constexpr int kChunks = 4;

struct ConvPoolDense {
  int height, width, channels;      // of the input
  int pooled_h, pooled_w, filters;  // of the maximum's output
  int units, packed_units;          // of the dense layer; rounded up to whole vectors
  FusedActivation activation;       // behind the maximum
  int most_windows;                 // of a chunk
  // The workspace, for each chunk: maxima and codes of each block of samples, then what only backward needs.
  std::size_t maxima, codes;  // of a block
  // Of a chunk: the gradient by the maxima; those by filter and bias, of 16 lanes each and of all of them; all of it.
  std::size_t gradient, sums, totals, chunk;
  // Then, for each part: images of each block, 16 samples as they were read, the dense layer's gradients
  // [samples][units] and, a block, [units][16].
  std::size_t image, samples_at, rows_at, columns_at, part;

  int taps() const { return 9 * channels; }
  int windows() const { return pooled_h * pooled_w; }
  int first_window(int c) const { return windows() * c / kChunks; }
  /// Where the dense layer's weights of a window begin, in floats.
  std::size_t first_weight(int window) const {
    return static_cast<std::size_t>(window) * static_cast<std::size_t>(filters) *
           static_cast<std::size_t>(packed_units);
  }
  /// The first row of the input that the window sees.
  int first_row(int window) const { return 2 * (window / pooled_w); }
  /// Floats of the input's row, 16 samples of it.
  std::ptrdiff_t row() const { return std::ptrdiff_t{width} * channels * kInterleaved; }
};

/// Two bits for each of 16 samples: down, and right; in 16-bit words.
inline constexpr int kCodeBytes = 4;

}  // namespace thimble
