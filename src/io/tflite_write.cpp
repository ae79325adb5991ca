#include <algorithm>
#include <map>

#include "base/error.h"
#include "io/tflite.h"
#include "io/tflite_types.h"
#include "io/tflite_variables.h"
#include "ops/op.h"
#include "wire/tflite.h"

namespace thimble {
namespace {

Bytes pack_int4(ByteSpan values) {
  Bytes packed((values.size() + 1) / 2);
  for (std::size_t i = 0; i < values.size(); ++i) {
    packed[i / 2] = static_cast<std::uint8_t>(packed[i / 2] | (values[i] & 15) << (i % 2 * 4));
  }
  return packed;
}

TfliteTensor write_tensor(const Tensor& tensor) {
  TfliteTensor wire;
  wire.name = tensor.name;
  wire.type = type_to_tflite(tensor.type);
  wire.shape.assign(tensor.shape.begin(), tensor.shape.end());
  wire.is_variable = tensor.variable;
  wire.has_rank = tensor.shape.empty();
  wire.quantization.scale = tensor.quantization.scales;
  wire.quantization.zero_point = tensor.quantization.zero_points;
  wire.quantization.quantized_dimension = tensor.quantization.axis;
  if (tensor.constant()) wire.data = SharedBytes(tensor.type == Type::kInt4 ? pack_int4(*tensor.data) : *tensor.data);
  return wire;
}

OptionValue write_field(const TfliteField& field, const AttributeValue& value) {
  using Kind = TfliteField::Kind;
  switch (field.kind) {
    case Kind::kInt:
      return static_cast<std::int32_t>(std::get<std::int64_t>(value));
    case Kind::kFloat:
      return static_cast<float>(std::get<double>(value));
    case Kind::kBool:
      return std::get<bool>(value);
    case Kind::kInts: {
      const auto& values = std::get<std::vector<std::int64_t>>(value);
      return std::vector<std::int32_t>(values.begin(), values.end());
    }
    case Kind::kEnum: {
      const auto found = std::find(field.names.begin(), field.names.end(), std::get<std::string>(value));
      ensure(found != field.names.end(), "'{}' is no value of '{}'", std::get<std::string>(value), field.attribute);
      return static_cast<std::int8_t>(found - field.names.begin());
    }
  }
  throw InternalError("a kind of option without a writer");
}

OptionsTable write_options(const Op& op, const Attributes& attributes) {
  std::vector<OptionField> fields;
  for (const TfliteField& field : op.tflite.fields) {
    const std::string name(field.attribute);
    for (const auto& [key, value] : attributes) {
      if (key == name && value != field.default_value) fields.push_back({field.slot, write_field(field, value)});
    }
  }
  return OptionsTable(std::move(fields));
}

/// Operator codes, one for each kind and version in use.
class OperatorCodes {
 public:
  explicit OperatorCodes(TfliteModel& model) : model_(model) {}
  std::int32_t index(int builtin, int version) {
    const auto [entry, is_new] =
        indices_.try_emplace({builtin, version}, static_cast<std::int32_t>(model_.operator_codes.size()));
    if (is_new) model_.operator_codes.push_back({builtin, "", version});
    return entry->second;
  }

 private:
  TfliteModel& model_;
  std::map<std::pair<int, int>, std::int32_t> indices_;
};

}  // namespace

Bytes write_tflite(const Graph& graph) {
  TfliteModel model;
  model.description = "Thimble";
  TfliteSubgraph& subgraph = model.subgraphs.emplace_back();
  subgraph.name = graph.name;
  subgraph.inputs.assign(graph.inputs.begin(), graph.inputs.end());
  subgraph.outputs.assign(graph.outputs.begin(), graph.outputs.end());
  OperatorCodes codes(model);
  const auto add_tensor = [&](const Tensor& tensor) {
    subgraph.tensors.push_back(write_tensor(tensor));
    return static_cast<std::int32_t>(subgraph.tensors.size()) - 1;
  };
  for (const Tensor& tensor : graph.tensors) add_tensor(tensor);
  for (const Node& node : graph.nodes) {
    const Op& op = op_of(node);
    require(op.tflite.builtin >= 0, "{} '{}' has no place in a .tflite file", node.op, node.name);
    TfliteOperator& wire = subgraph.operators.emplace_back();
    const NodeView view(graph, node);
    const int version = op.tflite.version ? op.tflite.version(view) : 1;
    ensure(version <= op.tflite.max_version, "{} of version {} is written", op.name, version);
    wire.opcode_index = codes.index(op.tflite.builtin, version);
    wire.inputs.assign(node.inputs.begin(), node.inputs.end());
    wire.outputs.assign(node.outputs.begin(), node.outputs.end());
    if (op.tflite.intermediates) {
      for (const Tensor& tensor : op.tflite.intermediates(view)) wire.intermediates.push_back(add_tensor(tensor));
    }
    TfliteOptions& options = op.tflite.options_2 ? wire.options_2 : wire.options;
    options = {op.tflite.options_type, write_options(op, node.attributes)};
  }
  add_variable_handles(model);
  return write_tflite(model);
}

}  // namespace thimble
