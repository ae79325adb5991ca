// The range of values that each tensor of a float graph takes on calibration data.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "ir/graph.h"

namespace thimble {

struct Range {
  float min = 0.0f;  // 0 always belongs to the range: it must have an exact quantized value
  float max = 0.0f;
};

/// Puts sample `index` into the graph's inputs, one buffer an input.
using FillInputs = std::function<void(std::size_t index, std::span<const std::span<float>> inputs)>;

/// Runs `samples` samples through a float graph. By TensorId; a constant has its own range, an integer tensor [0, 0].
/// Throws InputError when a value is not finite.
std::vector<Range> observe(const Graph& graph, std::size_t samples, const FillInputs& fill);

/// The range of one list of values, with 0 in it. Throws InputError when a value is not finite.
Range range_of(std::span<const float> values);

}  // namespace thimble
