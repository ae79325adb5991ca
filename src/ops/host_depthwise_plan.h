// What ops/host_depthwise.cpp makes and ops/host_depthwise_body.h runs.
#pragma once

#include "ops/aligned_bytes.h"
#include "ops/host_image.h"
#include "ops/host_requant.h"

namespace thimble {

/// How a body wants its data.
struct ChannelLayout {
  int lanes;            // of a vector of sums
  int vectors;          // of a block of channels
  int group;            // rows that are multiplied and added at once
  int element_bytes;    // of the image; weights have as many
  bool unsigned_bytes;  // elements are inputs + 128; otherwise inputs + offset
  int block() const { return lanes * vectors; }
  /// The channel of a block that a lane of one of its vectors holds.
  int channel(int vector, int lane) const { return lane / 4 * 4 * vectors + 4 * vector + lane % 4; }
};

/// Tiles read rows, woven or of the image. Sizes and distances are in elements.
struct DepthwisePlan {
  HostImage image;
  bool direct = false;        // the input is the image
  int batches, rows, pixels;  // the output: rows of pixels
  int filter_h, filter_w;
  int groups;  // of filter rows
  int channels, blocks;
  std::ptrdiff_t row_step;      // of the image: from the windows of one output row to those of the next
  std::ptrdiff_t tap_row_step;  // of the image: from one row of a window to the next
  std::ptrdiff_t group_step, block_step, column_step, pixel_step;  // of what tiles read
  /// By block, group, column, vector of the block, lane, element of the group.
  AlignedBytes weights;
  HostRequant requant;  // bytes
  AlignedBytes bias;    // floats
  float output_min, output_max;
};

}  // namespace thimble
