#include "run/samples.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/error.h"

namespace thimble {
namespace {

template <typename T>
void quantize_into(const Tensor& input, std::span<const float> values, std::uint8_t* out) {
  const auto least = static_cast<float>(min_of(input.type));
  const auto most = static_cast<float>(max_of(input.type));
  for (std::size_t i = 0; i < values.size(); ++i) {
    const float steps = std::round(values[i] / input.scale()) + static_cast<float>(input.zero_point());
    const T quantized = static_cast<T>(std::clamp(steps, least, most));
    std::memcpy(out + i * sizeof(T), &quantized, sizeof(T));
  }
}

}  // namespace

Bytes samples_as_input(const Graph& graph, const Dataset& data) {
  require(graph.inputs.size() == 1, "the model has {} inputs; a data set can feed one", graph.inputs.size());
  const Tensor& input = graph.tensor(graph.inputs[0]);
  require(static_cast<std::size_t>(input.elements()) == data.sample_size(),
          "the samples are {}, but the model's input is {}",
          to_string(Shape(data.sample_shape.begin(), data.sample_shape.end())), to_string(input.shape));
  require(input.type == Type::kFloat32 || input.quantization.present(), "the input '{}' lacks its scale", input.name);
  Bytes result(input.bytes() * data.size());
  std::vector<float> values(data.sample_size());
  for (std::size_t sample = 0; sample < data.size(); ++sample) {
    data.read(sample, values);
    std::uint8_t* out = result.data() + sample * input.bytes();
    if (input.type == Type::kFloat32) {
      std::memcpy(out, values.data(), input.bytes());
    } else if (input.type == Type::kInt8) {
      quantize_into<std::int8_t>(input, values, out);
    } else if (input.type == Type::kUint8) {
      quantize_into<std::uint8_t>(input, values, out);
    } else if (input.type == Type::kInt16) {
      quantize_into<std::int16_t>(input, values, out);
    } else {
      input_error("the input '{}' is {}; a data set can feed float32, int8, uint8 and int16", input.name,
                  name_of(input.type));
    }
  }
  return result;
}

}  // namespace thimble
