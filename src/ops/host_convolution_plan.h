// What ops/host_convolution.cpp makes and ops/host_convolution_body.h runs.
#pragma once

#include <vector>

#include "kernel/hybrid.h"
#include "ops/aligned_bytes.h"
#include "ops/host_image.h"
#include "ops/host_requant.h"

namespace thimble {

/// How a body wants its data.
struct PackedLayout {
  int lanes;            // of a vector of sums
  int columns;          // the most vectors of a panel
  int group;            // elements that are multiplied and added at once
  int element_bytes;    // of the image
  bool unsigned_bytes;  // elements are inputs + 128; otherwise inputs + offset
};

/// Sizes and distances are in elements of the image.
struct ConvolutionPlan {
  HostImage image;
  bool direct = false;                  // the input is the image
  int batches, rows, pixels;            // the output: rows of pixels
  std::ptrdiff_t row_step, pixel_step;  // from the windows of one to those of the next
  std::vector<std::ptrdiff_t> runs;     // from a window's first element
  int run;                              // elements of a run
  int steps;                            // groups of a run
  int channels;                         // of the output
  int vectors;                          // that hold them
  int panel;                            // the most vectors of a panel
  /// By panel (of up to `panel` vectors), run, step, vector of the panel, lane, element of the group.
  AlignedBytes weights;
  HostRequant requant;  // bytes
  AlignedBytes bias;    // floats and hybrids
  float output_min, output_max;
  bool asymmetric = false;           // hybrids: how images are quantized
  AlignedBytes scales, weight_sums;  // hybrids: of each channel

  std::int64_t packed_weights(const PackedLayout& layout) const {
    return static_cast<std::int64_t>(runs.size()) * steps * layout.group * vectors * layout.lanes;
  }
};

}  // namespace thimble
