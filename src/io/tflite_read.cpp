#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/printable.h"
#include "io/tflite.h"
#include "io/tflite_types.h"
#include "io/tflite_variables.h"
#include "ops/op.h"
#include "wire/tflite.h"

namespace thimble {
namespace {

/// int4 constants are packed two to a byte in the file, low half first; in memory they are one to a byte.
std::shared_ptr<const Bytes> unpack_int4(ByteSpan packed, std::size_t count) {
  Bytes values(count);
  for (std::size_t i = 0; i < count; ++i) {
    const int half = i % 2 == 0 ? packed[i / 2] & 15 : packed[i / 2] >> 4;
    values[i] = static_cast<std::uint8_t>(half < 8 ? half : half - 16);
  }
  return std::make_shared<const Bytes>(std::move(values));
}

Quantization read_quantization(const TfliteTensor& tensor) {
  const TfliteQuantization& wire = tensor.quantization;
  require(!wire.has_details, "is quantized in a way that is not supported; only scales and zero points are");
  Quantization result;
  result.scales = wire.scale;
  result.zero_points = wire.zero_point;
  if (result.zero_points.size() == 1 || result.zero_points.empty()) {
    result.zero_points.assign(result.scales.size(), wire.zero_point.empty() ? 0 : wire.zero_point[0]);
  }
  result.axis = result.per_channel() ? quantized_dimension_of(tensor) : 0;
  for (float& scale : result.scales) {
    if (std::isinf(scale)) scale = 0.0f;  // a constant's (wire/tflite_check.cpp): TFLite makes a factor of 0 of both
    require(scale > 0.0f || (scale == 0.0f && tensor.data), "has scale {}; scales must be above 0", scale);
  }
  return result;
}

Tensor read_tensor(const TfliteTensor& wire) {
  require(!wire.has_sparsity, "has sparse weights, which are not supported; export the model with dense weights");
  Tensor tensor;
  tensor.name = wire.name;
  tensor.type = type_from_tflite(wire.type);
  tensor.shape.assign(wire.shape.begin(), wire.shape.end());
  tensor.variable = wire.is_variable;
  if (!is_float(tensor.type) && tensor.type != Type::kBool) tensor.quantization = read_quantization(wire);
  if (wire.data && !wire.is_variable && tensor.type == Type::kInt4) {
    tensor.data = unpack_int4(wire.data.span(), static_cast<std::size_t>(tensor.elements()));
  } else if (wire.data && !wire.is_variable) {
    tensor.data = std::make_shared<const Bytes>(wire.data.span().begin(), wire.data.span().end());
  }
  for (const std::int64_t zero_point : tensor.quantization.zero_points) {
    require(zero_point >= min_of(tensor.type) && zero_point <= max_of(tensor.type), "has zero point {}, beyond {}",
            zero_point, name_of(tensor.type));
  }
  return tensor;
}

/// Converters write 1 for a dimension that is open until the model runs. For the batch it means what it says.
void check_static(const TfliteTensor& wire) {
  const auto& signature = wire.shape_signature;
  const bool open =
      signature.size() > 1 && std::ranges::find(signature.begin() + 1, signature.end(), -1) != signature.end();
  require(!open, "has a dynamic shape, {}; only the first dimension, the batch, may be open: export with fixed ones",
          to_string(Shape(signature.begin(), signature.end())));
}

AttributeValue read_field(const OptionsTable& table, const TfliteField& field) {
  using Kind = TfliteField::Kind;
  switch (field.kind) {
    case Kind::kInt:
      return std::int64_t{
          table.i32(field.slot, static_cast<std::int32_t>(std::get<std::int64_t>(field.default_value)))};
    case Kind::kFloat:
      return double{table.f32(field.slot, static_cast<float>(std::get<double>(field.default_value)))};
    case Kind::kBool:
      return table.b8(field.slot, std::get<bool>(field.default_value));
    case Kind::kInts: {
      const std::vector<std::int32_t> values = table.i32_vector(field.slot);
      return std::vector<std::int64_t>(values.begin(), values.end());
    }
    case Kind::kEnum: {
      if (!table.has(field.slot)) return field.default_value;
      const int value = table.i8(field.slot, 0);
      require(value >= 0 && static_cast<std::size_t>(value) < field.names.size(), "option '{}' is {}, which is unknown",
              field.attribute, value);
      return std::string(field.names[static_cast<std::size_t>(value)]);
    }
  }
  throw InternalError("a kind of option without a reader");
}

Node read_operator(const TfliteModel& model, const TfliteOperator& wire) {
  const TfliteOperatorCode& code = model.operator_codes[static_cast<std::size_t>(wire.opcode_index)];
  const Op* op = find_tflite_op(code.builtin_code);
  require(op != nullptr, "{} is not supported; docs/operators.md lists those that are",
          code.custom_code.empty() ? tflite_operator_name(code.builtin_code)
                                   : fmt::format("custom operator '{}'", printable(code.custom_code)));
  const int newest = op->tflite.max_version;
  require(code.version >= 1 && code.version <= newest, "{} has version {}, only 1 to {} are known", op->name,
          code.version, newest);
  Node node;
  node.op = op->name;
  node.inputs.assign(wire.inputs.begin(), wire.inputs.end());
  node.outputs.assign(wire.outputs.begin(), wire.outputs.end());
  const TfliteOptions& options = op->tflite.options_2 ? wire.options_2 : wire.options;
  require(options.type == 0 || options.type == op->tflite.options_type, "{} has options of type {}, expected {}",
          op->name, options.type, op->tflite.options_type);
  for (const TfliteField& field : op->tflite.fields) {
    node.attributes.set(std::string(field.attribute), read_field(options.table, field));
  }
  return node;
}

/// Tensors that may be read so far; a file may name them in any order.
class Readable {
 public:
  Readable(const Graph& graph, const TfliteSubgraph& wire) : made_(graph.tensors.size()), has_maker_(made_.size()) {
    for (std::size_t i = 0; i < made_.size(); ++i) made_[i] = graph.tensors[i].constant() || graph.tensors[i].variable;
    for (const TfliteOperator& op : wire.operators) {
      for (const TensorId id : op.outputs) has_maker_[static_cast<std::size_t>(id)] = true;
    }
  }
  void make(const Graph& graph, TensorId id) {
    require(!made_[static_cast<std::size_t>(id)] || graph.tensor(id).variable, "makes {}, which is there already",
            tensor_label(graph, id));
    made_[static_cast<std::size_t>(id)] = true;
  }
  void read(const Graph& graph, TensorId id) const {
    if (id == kNoTensor || made_[static_cast<std::size_t>(id)]) return;
    input_error("reads {}{}", tensor_label(graph, id),
                has_maker_[static_cast<std::size_t>(id)] ? " before it is made"
                                                         : ", which has no data and which nothing makes");
  }
  static std::string tensor_label(const Graph& graph, TensorId id) {
    return id == kNoTensor ? std::string("an absent tensor")
                           : tflite_tensor_label(static_cast<std::size_t>(id), graph.tensor(id).name);
  }

 private:
  std::vector<bool> made_;
  std::vector<bool> has_maker_;
};

/// The file says type and shape of each output; the operator infers them. They must agree.
void check_outputs(const Graph& graph, const Node& node) {
  const std::vector<TensorSpec> specs = infer(graph, node);
  require(specs.size() == node.outputs.size(), "has {} outputs, expected {}", node.outputs.size(), specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const Tensor& output = graph.tensor(node.outputs[i]);
    require(output.type == specs[i].type && output.shape == specs[i].shape,
            "output '{}' is {} {} in the file, but its inputs make {} {}", printable(output.name), name_of(output.type),
            to_string(output.shape), name_of(specs[i].type), to_string(specs[i].shape));
  }
}

}  // namespace

Graph read_tflite(Bytes file) {
  TfliteModel model = parse_tflite(std::move(file));
  resolve_variables(model);
  const TfliteSubgraph& subgraph = model.subgraphs[0];
  Graph graph;
  graph.name = subgraph.name;
  for (std::size_t i = 0; i < subgraph.tensors.size(); ++i) {
    const TfliteTensor& tensor = subgraph.tensors[i];
    graph.add(with_context(tflite_tensor_label(i, tensor.name), [&] { return read_tensor(tensor); }));
  }
  graph.inputs.assign(subgraph.inputs.begin(), subgraph.inputs.end());
  graph.outputs.assign(subgraph.outputs.begin(), subgraph.outputs.end());
  Readable readable(graph, subgraph);
  with_context("the model's inputs", [&] {
    for (const TensorId id : graph.inputs) {
      readable.make(graph, id);
      const TfliteTensor& tensor = subgraph.tensors[static_cast<std::size_t>(id)];
      with_context(tflite_tensor_label(static_cast<std::size_t>(id), tensor.name), [&] { check_static(tensor); });
    }
  });
  for (std::size_t i = 0; i < subgraph.operators.size(); ++i) {
    with_context(fmt::format("operator {}", i), [&] {
      Node node = read_operator(model, subgraph.operators[i]);
      with_context(node.op, [&] {
        for (const TensorId id : node.inputs) readable.read(graph, id);
        for (const TensorId id : node.outputs) readable.make(graph, id);
        check_outputs(graph, node);
      });
      node.name = node.outputs.empty() ? "" : graph.tensor(node.outputs[0]).name;
      graph.nodes.push_back(std::move(node));
    });
  }
  with_context("the model's outputs", [&] {
    for (const TensorId id : graph.outputs) readable.read(graph, id);
  });
  return graph;
}

}  // namespace thimble
