// Host bodies of depthwise convolutions (ops/kernel_call.h).
//
// Channels lie in the lanes of vectors. For bytes, which are multiplied and added several at a time, the rows of the
// image that a window sees are woven into one whose elements are groups of a column.
#pragma once

#include "ops/host_convolution.h"

namespace thimble {

/// As host_convolution, with filters [filter_h][filter_w][output_c]; output_c is a multiple of the window's input_c.
std::optional<HostKernel> host_depthwise(const ByteConvolution& convolution);
std::optional<HostKernel> host_depthwise(const FloatConvolution& convolution);

}  // namespace thimble
