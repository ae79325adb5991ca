// The golden cases of the operators: src/ops/OPERATOR/OPERATOR_golden.json, which tests/golden/operators.py makes with
// TFLM and LiteRT.
#pragma once

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ops/op_testing.h"

namespace thimble {

struct GoldenCase {
  std::string name;
  bool litert = false;                // the outputs are LiteRT's, otherwise TFLM's
  TestNode test;                      // all inputs have values, but for state
  std::vector<bool> constant_inputs;  // by input: a model would hold it as a constant
  std::vector<Tensor> outputs;        // with the values wanted
};

namespace detail {

inline Type type_named(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(Type::kBool); ++i) {
    if (name_of(static_cast<Type>(i)) == name) return static_cast<Type>(i);
  }
  throw InternalError("no type is called " + name);
}

template <typename T>
std::shared_ptr<const Bytes> data_of(const nlohmann::json& values) {
  std::vector<T> result;
  for (const nlohmann::json& value : values) result.push_back(static_cast<T>(value.get<double>()));
  return make_data(result);
}

inline std::shared_ptr<const Bytes> data_of(Type type, const nlohmann::json& values) {
  switch (type) {
    case Type::kFloat32:
      return data_of<float>(values);
    case Type::kInt4:
    case Type::kInt8:
      return data_of<std::int8_t>(values);
    case Type::kUint8:
      return data_of<std::uint8_t>(values);
    case Type::kInt16:
      return data_of<std::int16_t>(values);
    case Type::kFloat16:
    case Type::kUint16:
      return data_of<std::uint16_t>(values);
    case Type::kInt32:
      return data_of<std::int32_t>(values);
    case Type::kUint32:
      return data_of<std::uint32_t>(values);
    case Type::kInt64:
      return data_of<std::int64_t>(values);
    case Type::kBool: {
      std::vector<std::uint8_t> bools;
      for (const nlohmann::json& value : values) bools.push_back(value.get<bool>());
      return make_data(bools);
    }
  }
  throw InternalError("a type without values");
}

inline Tensor tensor_of(const nlohmann::json& from) {
  Tensor tensor = TestNode::tensor_of(type_named(from["type"]), from["shape"].get<Shape>());
  if (from.contains("scales")) {
    tensor.quantization.scales = from["scales"].get<std::vector<float>>();
    tensor.quantization.zero_points = from["zero_points"].get<std::vector<std::int64_t>>();
    tensor.quantization.axis = from["axis"];
  }
  if (from.contains("values")) tensor.data = data_of(tensor.type, from["values"]);
  tensor.variable = !from.contains("values");
  return tensor;
}

inline Attributes attributes_of(const nlohmann::json& from) {
  Attributes attributes;
  for (const auto& [name, value] : from.items()) {
    if (value.is_boolean()) attributes.set(name, value.get<bool>());
    if (value.is_number_integer()) attributes.set(name, value.get<std::int64_t>());
    if (value.is_number_float()) attributes.set(name, value.get<double>());
    if (value.is_string()) attributes.set(name, value.get<std::string>());
    if (value.is_array()) attributes.set(name, value.get<std::vector<std::int64_t>>());
  }
  return attributes;
}

inline GoldenCase golden_case(const nlohmann::json& from) {
  GoldenCase result = {
      from["name"], from["source"] == "litert", TestNode(from["op"], attributes_of(from["attributes"])), {}, {}};
  for (const nlohmann::json& input : from["inputs"]) {
    result.constant_inputs.push_back(!input.is_null() && input["constant"]);
    if (input.is_null()) {
      result.test.absent_input();
    } else {
      result.test.input(tensor_of(input));
    }
  }
  for (const nlohmann::json& output : from["outputs"]) {
    Tensor tensor = tensor_of(output);
    result.outputs.push_back(tensor);
    tensor.data = nullptr;
    tensor.variable = false;
    result.test.output(std::move(tensor));
  }
  return result;
}

}  // namespace detail

/// The case as a model, whose inputs are the inputs that are not constant.
inline Graph graph_of(const GoldenCase& golden) {
  const Node& node = golden.test.node();
  Graph graph = golden.test.graph();
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const TensorId id = node.inputs[i];
    if (id == kNoTensor || golden.constant_inputs[i] || graph.tensor(id).variable) continue;
    graph.tensor(id).data = nullptr;
    graph.inputs.push_back(id);
  }
  graph.outputs = node.outputs;
  graph.nodes = {node};
  return graph;
}

/// Where `outputs` are not those wanted: integers to the bit, floats within 1e-5 of the largest magnitude. "" if they
/// are.
inline std::string differences(const GoldenCase& golden, const std::vector<Bytes>& outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const Tensor& want = golden.outputs[i];
    if (outputs[i].size() != want.data->size()) return fmt::format("output {}: {} bytes", i, outputs[i].size());
    if (want.type != Type::kFloat32) {
      if (outputs[i] != *want.data) return fmt::format("output {} differs", i);
      continue;
    }
    const auto* values = reinterpret_cast<const float*>(outputs[i].data());
    float largest = 1e-6f;
    for (const float value : want.values<float>()) largest = std::max(largest, std::fabs(value));
    for (std::size_t j = 0; j < want.values<float>().size(); ++j) {
      const float wanted = want.values<float>()[j];
      const bool near = std::fabs(values[j] - wanted) <= largest * 1e-5f;
      if (!near) return fmt::format("output {}: element {} is {}, not {}", i, j, values[j], wanted);
    }
  }
  return "";
}

/// The operators' folders that have golden cases, in order; `ops` is src/ops.
inline std::vector<std::string> folders_with_goldens(const std::filesystem::path& ops) {
  std::vector<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(ops)) {
    const std::string name = entry.path().filename();
    if (std::filesystem::exists(entry.path() / (name + "_golden.json"))) folders.push_back(name);
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

inline std::vector<GoldenCase> golden_cases(const std::filesystem::path& ops, const std::string& folder) {
  std::ifstream file(ops / folder / (folder + "_golden.json"));
  std::vector<GoldenCase> cases;
  for (const nlohmann::json& one : nlohmann::json::parse(file)) cases.push_back(detail::golden_case(one));
  return cases;
}

}  // namespace thimble
