// Tables of functions for integer kernels, to the bits of TFLite's.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "ops/elementwise.h"

namespace thimble {

/// The 513 samples that thimble_lut16 (kernel/lut16.h) interpolates: `function` of input_scale * (q -
/// input_zero_point), in units of output_scale. Each sample is moved by half the error in the middle of its interval.
std::vector<std::int16_t> int16_table(float input_scale, int input_zero_point, float output_scale,
                                      int output_zero_point, const std::function<float(float)>& function);

/// Applies `function`, from a quantized value to a quantized value, to each element of an int8 or uint8 input. The
/// result is clamped to the output's type.
KernelCall table_call(const NodeView& node, const std::function<int(int)>& function);

/// Applies a function of real values to an int8, uint8 or int16 input: as TFLite, by a table made in single precision.
/// Throws InputError when a scale is missing.
KernelCall real_table_call(const NodeView& node, const std::function<float(float)>& function);

}  // namespace thimble
