// Every operator against src/ops/OPERATOR/OPERATOR_golden.json, which tests/golden/operators.py makes with TFLM and
// LiteRT: integers to the bit, floats within 1e-5 of the largest magnitude.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "ops/op_testing.h"

namespace thimble {
namespace {

using nlohmann::json;

Type type_named(const std::string& name) {
  for (int i = 0; i <= static_cast<int>(Type::kBool); ++i) {
    if (name_of(static_cast<Type>(i)) == name) return static_cast<Type>(i);
  }
  throw InternalError("no type is called " + name);
}

template <typename T>
std::shared_ptr<const Bytes> data_of(const json& values) {
  std::vector<T> result;
  for (const json& value : values) result.push_back(static_cast<T>(value.get<double>()));
  return make_data(result);
}

std::shared_ptr<const Bytes> data_of(Type type, const json& values) {
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
      for (const json& value : values) bools.push_back(value.get<bool>());
      return make_data(bools);
    }
  }
  throw InternalError("a type without values");
}

Tensor tensor_of(const json& from) {
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

Attributes attributes_of(const json& from) {
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

void expect_floats(const Bytes& got, const Bytes& want) {
  const auto* a = reinterpret_cast<const float*>(got.data());
  const auto* b = reinterpret_cast<const float*>(want.data());
  const std::size_t count = want.size() / sizeof(float);
  float largest = 1e-6f;
  for (std::size_t i = 0; i < count; ++i) largest = std::max(largest, std::fabs(b[i]));
  for (std::size_t i = 0; i < count; ++i) EXPECT_NEAR(a[i], b[i], largest * 1e-5f) << "element " << i;
}

void expect_outputs(const json& wanted, const std::vector<Bytes>& got) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const Tensor want = tensor_of(wanted[i]);
    ASSERT_EQ(got[i].size(), want.data->size());
    if (want.type == Type::kFloat32) {
      expect_floats(got[i], *want.data);
    } else {
      EXPECT_EQ(got[i], *want.data) << "output " << i;
    }
  }
}

void check_case(const json& one) {
  TestNode test(one["op"], attributes_of(one["attributes"]));
  for (const json& input : one["inputs"]) {
    if (input.is_null()) {
      test.absent_input();
    } else {
      test.input(tensor_of(input));
    }
  }
  for (const json& output : one["outputs"]) {
    Tensor tensor = tensor_of(output);
    tensor.data = nullptr;
    tensor.variable = false;
    test.output(std::move(tensor));
  }
  const std::vector<TensorSpec> specs = test.infer();
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const Tensor& output = test.graph().tensor(test.node().outputs[i]);
    EXPECT_EQ(specs[i].type, output.type);
    EXPECT_EQ(specs[i].shape, output.shape);
  }
  const bool litert = one["source"] == "litert";
  expect_outputs(one["outputs"], test.run({.rounding = litert ? Rounding::kLitert : Rounding::kTflm}));
}

std::vector<std::string> folders_with_goldens() {
  std::vector<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(THIMBLE_SOURCE_DIR "/src/ops")) {
    const std::string name = entry.path().filename();
    if (std::filesystem::exists(entry.path() / (name + "_golden.json"))) folders.push_back(name);
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, MatchesTheReference) {
  const std::string folder = GetParam();
  std::ifstream file(THIMBLE_SOURCE_DIR "/src/ops/" + folder + "/" + folder + "_golden.json");
  const json cases = json::parse(file);
  EXPECT_FALSE(cases.empty());
  for (const json& one : cases) {
    SCOPED_TRACE(one["name"].get<std::string>());
    check_case(one);
  }
}

INSTANTIATE_TEST_SUITE_P(Operators, Golden, testing::ValuesIn(folders_with_goldens()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace thimble
