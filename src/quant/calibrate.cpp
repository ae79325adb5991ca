#include "quant/calibrate.h"

#include "base/error.h"

namespace thimble {

std::vector<Range> observe(const Graph& graph, const Dataset& data) {
  require(data.size() > 0, "there are no samples to calibrate with");
  const std::vector<Shape> shapes = data.input_shapes();
  require(graph.inputs.size() == shapes.size(), "the model has {} inputs, the calibration data {}", graph.inputs.size(),
          shapes.size());
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    const Tensor& input = graph.tensor(graph.inputs[k]);
    require(input.elements() == element_count(shapes[k]), "the calibration samples are {}, but the model's input is {}",
            to_string(shapes[k]), to_string(input.shape));
  }
  const auto fill = [&](std::size_t index, std::span<const std::span<float>> inputs) {
    std::size_t first = 0;
    for (const std::span<float> input : inputs) {
      data.read(index, first, input);
      first += input.size();
    }
  };
  return observe(graph, data.size(), fill);
}

Graph calibrate_and_quantize(const Graph& graph, const Dataset& data, const QuantizeOptions& options) {
  return quantize(graph, observe(graph, data), options);
}

}  // namespace thimble
