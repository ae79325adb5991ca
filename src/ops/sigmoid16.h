// What lowering 16-bit logistic functions and tanh needs (kernel/sigmoid16.h).
#pragma once

#include "kernel/sigmoid16.h"
#include "ops/kernel_call.h"

namespace thimble {

/// The table of 1 / (1 + exp(-i / 24)).
KernelConstant sigmoid_table();

/// A factor as multiplier / 2^shift.
struct SigmoidScale {
  int multiplier;
  int shift;
};

/// From a tensor's scale to 1 / (3 * 4096), as TFLite does: exact where the scale is 2^-12 (or 2^-11, if `doubled`),
/// else with 15 bits. Throws InputError when the scale is too large.
SigmoidScale sigmoid_scale(const Tensor& input, bool doubled);

/// The integer closest to log2(x). Throws InputError when x is not that power of two, to 0.1 %.
int log2_of_power(float x, const std::string& name);

}  // namespace thimble
