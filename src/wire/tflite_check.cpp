#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/printable.h"
#include "tflite_generated.h"
#include "wire/tflite.h"

namespace thimble {
namespace {

struct TypeInfo {
  std::string_view name;
  int bits;  // 0: no fixed size
};

// By number.
constexpr std::array<TypeInfo, 21> kTypes{
    {{"FLOAT32", 32},  {"FLOAT16", 16}, {"INT32", 32},     {"UINT8", 8},   {"INT64", 64},   {"STRING", 0},
     {"BOOL", 8},      {"INT16", 16},   {"COMPLEX64", 64}, {"INT8", 8},    {"FLOAT64", 64}, {"COMPLEX128", 128},
     {"UINT64", 64},   {"RESOURCE", 0}, {"VARIANT", 0},    {"UINT32", 32}, {"UINT16", 16},  {"INT4", 4},
     {"BFLOAT16", 16}, {"INT2", 2},     {"UINT4", 4}}};

bool is_known(std::int32_t type) { return type >= 0 && static_cast<std::size_t>(type) < kTypes.size(); }

/// Range of what a type stores; of int64 for the types that are not quantized.
std::pair<std::int64_t, std::int64_t> range_of(std::int32_t type) {
  const int bits = tflite_type_bits(type);
  const bool is_unsigned =
      type == kTfliteUint8 || type == kTfliteUint16 || type == kTfliteUint32 || type == kTfliteUint4;
  if (is_unsigned) return {0, (std::int64_t{1} << bits) - 1};
  if (bits == 0 || bits > 32) return {INT64_MIN, INT64_MAX};
  return {-(std::int64_t{1} << (bits - 1)), (std::int64_t{1} << (bits - 1)) - 1};
}

/// Those that scales and zero points have a meaning for.
bool is_integer(std::int32_t type) {
  return type == kTfliteInt8 || type == kTfliteUint8 || type == kTfliteInt16 || type == kTfliteUint16 ||
         type == kTfliteInt32 || type == kTfliteUint32 || type == kTfliteInt64 || type == kTfliteInt4 ||
         type == kTfliteUint4 || type == kTfliteInt2;
}

/// Number of elements. Dimensions of 0 count as 1 towards the bound, so that no partial product can overflow later.
std::int64_t checked_elements(const std::vector<std::int32_t>& shape) {
  require(shape.size() <= static_cast<std::size_t>(kTfliteMaxRank), "has {} dimensions; at most {} are supported",
          shape.size(), kTfliteMaxRank);
  std::int64_t bound = 1;
  for (const std::int32_t size : shape) {
    require(size >= 0, "a dimension of its shape is {}; only static shapes are supported, export with fixed ones",
            size);
    bound *= std::max(size, 1);
    require(bound <= kTfliteMaxElements, "has more than {} elements", kTfliteMaxElements);
  }
  return std::ranges::find(shape, 0) == shape.end() ? bound : 0;
}

void check_signature(const TfliteTensor& tensor) {
  const auto& signature = tensor.shape_signature;
  require(signature.empty() || signature.size() == tensor.shape.size(),
          "shape_signature has {} dimensions, shape has {}", signature.size(), tensor.shape.size());
}

void check_data(const TfliteTensor& tensor, std::int64_t elements) {
  require(is_known(tensor.type), "type {} is unknown", tensor.type);
  const int bits = tflite_type_bits(tensor.type);
  require(bits > 0 || tensor.type == kTfliteResource, "type {} is not supported", tflite_type_name(tensor.type));
  if (!tensor.data || tensor.has_sparsity) return;
  const auto wanted = static_cast<std::size_t>((elements * bits + 7) / 8);
  require(tensor.data.size() == wanted, "its data has {} bytes, its shape and type need {}", tensor.data.size(),
          wanted);
}

void check_quantization(const TfliteTensor& tensor) {
  const TfliteQuantization& q = tensor.quantization;
  if (q.has_details || q.scale.empty() || !is_integer(tensor.type)) return;
  require(q.zero_point.size() <= 1 || q.zero_point.size() == q.scale.size(), "has {} scales but {} zero points",
          q.scale.size(), q.zero_point.size());
  for (const float scale : q.scale) {
    // The converter gives channels of int16x8 weights that are all zero a scale of 0, and then their bias one of
    // infinity.
    const bool is_nothing = tensor.data && (scale == 0 || scale == std::numeric_limits<float>::infinity());
    require((std::isfinite(scale) && scale > 0) || is_nothing, "a scale is {}; it must be positive", scale);
  }
  const auto [low, high] = range_of(tensor.type);
  for (const std::int64_t zero : q.zero_point) {
    require(zero >= low && zero <= high, "zero point {} does not fit {}", zero, tflite_type_name(tensor.type));
  }
  if (q.scale.size() == 1) return;
  const std::int32_t dimension = quantized_dimension_of(tensor);
  const auto axis = static_cast<std::size_t>(dimension);
  require(dimension >= 0 && axis < tensor.shape.size(), "quantized dimension {} of {}", dimension, tensor.shape.size());
  require(std::cmp_equal(tensor.shape[axis], q.scale.size()), "has {} scales for the {} channels of dimension {}",
          q.scale.size(), tensor.shape[axis], axis);
}

void check_tensor(const TfliteTensor& tensor) {
  const std::int64_t elements = checked_elements(tensor.shape);
  check_signature(tensor);
  check_data(tensor, elements);
  check_quantization(tensor);
}

void check_indices(std::string_view what, const std::vector<std::int32_t>& indices, std::int32_t lowest,
                   std::size_t tensors) {
  for (const std::int32_t index : indices) {
    require(index >= lowest && std::cmp_less(index, tensors), "{} names tensor {}, there are {}", what, index, tensors);
  }
}

void check_operator(const TfliteOperator& op, std::size_t codes, std::size_t tensors) {
  require(op.opcode_index >= 0 && std::cmp_less(op.opcode_index, codes), "its operator code is number {}, there are {}",
          op.opcode_index, codes);
  check_indices("an input", op.inputs, -1, tensors);
  check_indices("an output", op.outputs, 0, tensors);
  check_indices("an intermediate", op.intermediates, -1, tensors);
  require(op.mutating_variable_inputs.size() <= op.inputs.size(), "has {} inputs but {} flags for mutating ones",
          op.inputs.size(), op.mutating_variable_inputs.size());
}

void check_subgraph(const TfliteSubgraph& graph, std::size_t codes) {
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
    with_context(tflite_tensor_label(i, graph.tensors[i].name), [&] { check_tensor(graph.tensors[i]); });
  }
  check_indices("a model input", graph.inputs, 0, graph.tensors.size());
  check_indices("a model output", graph.outputs, 0, graph.tensors.size());
  for (std::size_t i = 0; i < graph.operators.size(); ++i) {
    with_context(fmt::format("operator {}", i),
                 [&] { check_operator(graph.operators[i], codes, graph.tensors.size()); });
  }
}

}  // namespace

int tflite_type_bits(std::int32_t type) { return is_known(type) ? kTypes[static_cast<std::size_t>(type)].bits : 0; }

std::string tflite_type_name(std::int32_t type) {
  return is_known(type) ? std::string(kTypes[static_cast<std::size_t>(type)].name) : fmt::format("type {}", type);
}

std::string tflite_operator_name(std::int32_t builtin_code) {
  const std::string_view name = fbs::EnumNameBuiltinOperator(static_cast<fbs::BuiltinOperator>(builtin_code));
  return name.empty() ? fmt::format("builtin operator {}", builtin_code) : std::string(name);
}

std::string tflite_tensor_label(std::size_t index, std::string_view name) {
  return fmt::format("tensor {} '{}'", index, printable(name));
}

void check_tflite(const TfliteModel& model) {
  for (const TfliteOperatorCode& code : model.operator_codes) {
    require(code.builtin_code >= 0, "an operator code is {}", code.builtin_code);
    require(code.builtin_code != fbs::BuiltinOperator_CUSTOM || !code.custom_code.empty(),
            "a custom operator has no name");
  }
  require(!model.subgraphs.empty(), "the model has no subgraph");
  for (std::size_t i = 0; i < model.subgraphs.size(); ++i) {
    const auto check = [&] { check_subgraph(model.subgraphs[i], model.operator_codes.size()); };
    if (i == 0) {
      check();
    } else {
      with_context(fmt::format("subgraph {}", i), check);
    }
  }
}

}  // namespace thimble
