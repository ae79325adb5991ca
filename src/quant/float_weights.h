// Float models whose weights take fewer bytes: TFLite's dynamic-range and float16 quantization. Neither needs samples.
#pragma once

#include <cstdint>

#include "ir/graph.h"

namespace thimble {

/// Weights of fewer elements are not worth the time that the conversions at run time take; as in TensorFlow's
/// converter.
inline constexpr std::int64_t kLeastDynamicElements = 1024;

/// Dynamic range: weights become int8, symmetric, one scale a channel, of the operators that take them beside float
/// activations; these bring their input to int8 themselves, with a scale found as they run.
void quantize_dynamic_range(Graph& graph);

/// Every float32 constant becomes float16 with a DEQUANTIZE behind it.
void quantize_float16(Graph& graph);

/// The nearest number of half precision (IEEE 754 binary16), ties to even; what is greater than its greatest, 65504,
/// becomes that.
std::uint16_t to_half(float value);

}  // namespace thimble
