// Host bodies of convolutions (ops/kernel_call.h). A matrix product is a convolution of windows of 1x1.
//
// The image is padded, not unrolled: what a window sees are runs of elements, and the windows of a row start at equal
// distances. So a convolution is a product of matrices whose left one, with overlapping rows, is the image itself. Sums
// of several rows (pixels) and several vectors of columns (output channels) are kept in registers at a time.
#pragma once

#include <optional>

#include "kernel/fixed_point.h"
#include "kernel/window.h"
#include "ops/kernel_call.h"

namespace thimble {

/// As the parameters of thimble_conv_2d_s8, without groups. Data is read only while the body is made.
struct ByteConvolution {
  thimble_window window;
  std::int32_t input_offset, output_offset, output_min, output_max;
  const std::int8_t* filter;
  const std::int32_t* bias;        // or null
  const thimble_requant* requant;  // for each channel, or one
  bool per_channel = true;
  bool round_once = false;  // thimble_multiply_once
};

/// The numbers are what bodies expect: a file may hold anything.
inline bool within_bytes(const ByteConvolution& c) {
  const bool range = c.output_min >= INT8_MIN && c.output_min <= c.output_max && c.output_max <= INT8_MAX;
  return range && c.input_offset >= -INT8_MAX && c.input_offset <= -INT8_MIN;
}

struct FloatConvolution {
  thimble_window window;
  float output_min, output_max;
  const float* filter;
  const float* bias;  // or null
};

/// As the parameters of thimble_conv_2d_hybrid, without groups.
struct HybridConvolution {
  thimble_window window;
  bool asymmetric;
  float output_min, output_max;
  const std::int8_t* filter;
  const float* bias;    // or null
  const float* scales;  // of each channel's weights
};

/// Bodies of calls with the operands input, filter, bias, (for bytes) requant,
/// (for hybrids) scales, scratch, output. None when the CPU has none for
/// it.
std::optional<HostKernel> host_convolution(const ByteConvolution& convolution);
std::optional<HostKernel> host_convolution(const FloatConvolution& convolution);
std::optional<HostKernel> host_convolution(const HybridConvolution& convolution);

}  // namespace thimble
