#include "run/samples.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

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

/// Writes `values` as the input's type holds them.
void encode(const Tensor& input, std::span<const float> values, std::uint8_t* out) {
  if (input.type == Type::kFloat32) {
    std::memcpy(out, values.data(), values.size_bytes());
  } else if (input.type == Type::kInt8) {
    quantize_into<std::int8_t>(input, values, out);
  } else if (input.type == Type::kUint8) {
    quantize_into<std::uint8_t>(input, values, out);
  } else if (input.type == Type::kInt16) {
    quantize_into<std::int16_t>(input, values, out);
  } else if (input.type == Type::kInt32) {
    std::vector<std::int32_t> indices;
    for (const float value : values)
      indices.push_back(static_cast<std::int32_t>(std::lround(std::clamp(value, -2e9f, 2e9f))));
    std::memcpy(out, indices.data(), indices.size() * sizeof(std::int32_t));
  } else {
    input_error("the input '{}' is {}; a data set can feed float32, int32, int8, uint8 and int16", input.name,
                name_of(input.type));
  }
}

/// Elements of `Size` bytes: what each byte of the data stands for is encoded once.
template <std::size_t Size>
void encode_bytes(const Tensor& input, const Dataset& data, std::uint8_t* out) {
  constexpr std::size_t kValues = 256;
  std::array<float, kValues> values;
  for (std::size_t i = 0; i < kValues; ++i) values[i] = static_cast<float>(i) * data.scale;
  std::array<std::uint8_t, kValues * Size> table;
  encode(input, values, table.data());
  for (std::size_t i = 0; i < data.bytes.size(); ++i) std::memcpy(out + i * Size, &table[data.bytes[i] * Size], Size);
}

}  // namespace

namespace {

/// The part of each sample that is for one of several inputs.
Bytes part_as_input(const Tensor& input, const Dataset& data, std::size_t first) {
  std::vector<float> values(static_cast<std::size_t>(input.elements()));
  Bytes result(input.bytes() * data.size());
  for (std::size_t i = 0; i < data.size(); ++i) {
    data.read(i, first, values);
    encode(input, values, result.data() + i * input.bytes());
  }
  return result;
}

}  // namespace

std::vector<Bytes> samples_as_inputs(const Graph& graph, const Dataset& data) {
  if (graph.inputs.size() == 1 && data.parts.empty()) return {samples_as_input(graph, data)};
  require(graph.inputs.size() == data.parts.size(), "the model has {} inputs, the data has {}", graph.inputs.size(),
          std::max<std::size_t>(1, data.parts.size()));
  std::vector<Bytes> result;
  std::size_t first = 0;
  for (std::size_t k = 0; k < data.parts.size(); ++k) {
    const Tensor& input = graph.tensor(graph.inputs[k]);
    require(input.elements() == element_count(data.parts[k]), "the samples of the input '{}' are {}, but it is {}",
            input.name, to_string(data.parts[k]), to_string(input.shape));
    require(input.type == Type::kFloat32 || input.type == Type::kInt32 || input.quantization.present(),
            "the input '{}' lacks its scale", input.name);
    result.push_back(part_as_input(input, data, first));
    first += static_cast<std::size_t>(input.elements());
  }
  return result;
}

ArrayNames array_names(const Graph& graph) {
  ArrayNames names;
  for (const TensorId id : graph.inputs) names.inputs.push_back(graph.tensor(id).name);
  for (const TensorId id : graph.outputs) names.outputs.push_back(graph.tensor(id).name);
  return names;
}

ArrayNames input_array_names(const Graph& graph) {
  ArrayNames names = array_names(graph);
  names.needs_outputs = false;
  return names;
}

Bytes samples_as_input(const Graph& graph, const Dataset& data) {
  if (data.is_stored()) return samples_as_input(graph, data.in_memory());
  require(graph.inputs.size() == 1, "the model has {} inputs; a data set can feed one", graph.inputs.size());
  const Tensor& input = graph.tensor(graph.inputs[0]);
  require(static_cast<std::size_t>(input.elements()) == data.sample_size(),
          "the samples are {}, but the model's input is {}",
          to_string(Shape(data.sample_shape.begin(), data.sample_shape.end())), to_string(input.shape));
  require(input.type == Type::kFloat32 || input.type == Type::kInt32 || input.quantization.present(),
          "the input '{}' lacks its scale", input.name);
  Bytes result(input.bytes() * data.size());
  if (!data.has_bytes()) {
    encode(input, data.floats, result.data());
  } else if (size_of(input.type) == 1) {
    encode_bytes<1>(input, data, result.data());
  } else if (size_of(input.type) == 2) {
    encode_bytes<2>(input, data, result.data());
  } else {
    encode_bytes<4>(input, data, result.data());
  }
  return result;
}

}  // namespace thimble
