#include "quant/calibrate.h"

#include "base/error.h"

namespace thimble {

std::vector<Range> observe(const Graph& graph, const Dataset& data) {
  require(graph.inputs.size() == 1, "the model has {} inputs; calibration data can be given for one",
          graph.inputs.size());
  require(data.size() > 0, "there are no samples to calibrate with");
  const Tensor& input = graph.tensor(graph.inputs[0]);
  const Shape sample(data.sample_shape.begin(), data.sample_shape.end());
  require(static_cast<std::size_t>(input.elements()) == data.sample_size(),
          "the calibration samples are {}, but the model's input is {}", to_string(sample), to_string(input.shape));
  const auto fill = [&](std::size_t index, std::span<const std::span<float>> inputs) { data.read(index, inputs[0]); };
  return observe(graph, data.size(), fill);
}

Graph calibrate_and_quantize(const Graph& graph, const Dataset& data, const QuantizeOptions& options) {
  return quantize(graph, observe(graph, data), options);
}

}  // namespace thimble
