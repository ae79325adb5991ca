// Tables of functions for integer kernels, to the bits of TFLite's.
#pragma once

#include <cstdint>
#include <vector>

#include "ir/tensor.h"

namespace thimble {

/// The 513 samples that thimble_lut16 (kernel/lut16.h) interpolates: `function` of input_scale * (q -
/// input_zero_point), in units of output_scale. Each sample is moved by half the error in the middle of its interval.
std::vector<std::int16_t> int16_table(float input_scale, int input_zero_point, float output_scale,
                                      int output_zero_point, float (*function)(float));

/// `function` of all 256 values of an 8-bit tensor (int8 or uint8), from the least to the greatest.
Bytes table_of_8_bits(const Tensor& input, const Tensor& output, float (*function)(float));

}  // namespace thimble
