#include "run/compare.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <map>

#include "base/error.h"
#include "run/batch.h"

namespace thimble {
namespace {

std::size_t at(TensorId id) { return static_cast<std::size_t>(id); }

std::vector<TensorId> made_by_nodes(const Graph& graph) {
  std::vector<TensorId> result;
  for (const Node& node : graph.nodes) result.insert(result.end(), node.outputs.begin(), node.outputs.end());
  return result;
}

template <typename T>
double stored(const Bytes& bytes, std::size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return static_cast<double>(value);
}

double stored_value(Type type, const Bytes& bytes, std::size_t index) {
  switch (type) {
    case Type::kFloat32:
      return stored<float>(bytes, index);
    case Type::kInt4:
    case Type::kInt8:
      return stored<std::int8_t>(bytes, index);
    case Type::kUint8:
    case Type::kBool:
      return stored<std::uint8_t>(bytes, index);
    case Type::kInt16:
      return stored<std::int16_t>(bytes, index);
    case Type::kFloat16:
    case Type::kUint16:
      return stored<std::uint16_t>(bytes, index);
    case Type::kInt32:
      return stored<std::int32_t>(bytes, index);
    case Type::kUint32:
      return stored<std::uint32_t>(bytes, index);
    case Type::kInt64:
      return stored<std::int64_t>(bytes, index);
  }
  throw InternalError("a type without values");
}

double real_value(const Tensor& tensor, const Bytes& bytes, std::size_t index) {
  const double value = stored_value(tensor.type, bytes, index);
  return tensor.quantization.present() ? (value - tensor.zero_point()) * double{tensor.scale()} : value;
}

LayerDifference difference(const Trace& a, TensorId id_a, const Trace& b, TensorId id_b, const std::string& op) {
  const Tensor& tensor_a = a.graph.tensor(id_a);
  const Tensor& tensor_b = b.graph.tensor(id_b);
  LayerDifference result{op, tensor_a.name, tensor_b.name, a.values[at(id_a)].size() / size_of(tensor_a.type)};
  const bool comparable_bits = tensor_a.type == tensor_b.type && tensor_a.quantization == tensor_b.quantization;
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (std::size_t i = 0; i < result.elements; ++i) {
    const double value_a = real_value(tensor_a, a.values[at(id_a)], i);
    const double value_b = real_value(tensor_b, b.values[at(id_b)], i);
    const double distance = std::fabs(value_a - value_b);
    const bool same = comparable_bits ? stored_value(tensor_a.type, a.values[at(id_a)], i) ==
                                            stored_value(tensor_b.type, b.values[at(id_b)], i)
                                      : distance == 0.0;
    result.different += same ? 0 : 1;
    result.largest = std::max(result.largest, distance);
    result.mean += distance;
    low = std::min(low, value_a);
    high = std::max(high, value_a);
  }
  if (result.elements > 0) {
    result.mean /= static_cast<double>(result.elements);
    result.range = high - low;
  }
  return result;
}

struct NodeOutput {
  TensorId id;
  std::string op;
};

std::vector<NodeOutput> layers_of(const Trace& trace) {
  std::vector<NodeOutput> result;
  for (const Node& node : trace.graph.nodes) {
    for (const TensorId id : node.outputs) result.push_back({id, node.op});
  }
  return result;
}

}  // namespace

Graph with_all_outputs(const Graph& graph) {
  Graph result = graph;
  result.outputs = made_by_nodes(graph);
  return result;
}

Trace trace(const Graph& graph, const std::vector<ByteSpan>& inputs, std::size_t invocations,
            const LowerOptions& options) {
  return trace_of_outputs(graph, run_stacked(prepare(with_all_outputs(graph), options), inputs, invocations),
                          invocations);
}

Trace trace_of_outputs(const Graph& graph, const std::vector<Bytes>& outputs, std::size_t invocations) {
  const std::vector<TensorId> ids = made_by_nodes(graph);
  ensure(outputs.size() == ids.size(), "{} outputs for {} values", outputs.size(), ids.size());
  Trace result{graph, std::vector<Bytes>(graph.tensors.size()), invocations};
  for (std::size_t i = 0; i < ids.size(); ++i) result.values[at(ids[i])] = outputs[i];
  return result;
}

std::vector<LayerDifference> compare(const Trace& a, const Trace& b) {
  require(a.invocations == b.invocations, "{} and {} invocations cannot be compared", a.invocations, b.invocations);
  const std::vector<NodeOutput> layers_b = layers_of(b);
  std::map<std::string, std::size_t> by_name;
  for (std::size_t i = 0; i < layers_b.size(); ++i) by_name[b.graph.tensor(layers_b[i].id).name] = i;
  std::vector<LayerDifference> result;
  std::size_t next = 0;  // the layer of B that follows the last pair
  for (const NodeOutput& layer : layers_of(a)) {
    const Tensor& tensor = a.graph.tensor(layer.id);
    const auto found = by_name.find(tensor.name);
    const std::size_t partner = found != by_name.end() ? found->second : next;
    if (partner >= layers_b.size()) continue;
    const NodeOutput& other = layers_b[partner];
    if (other.op != layer.op || b.graph.tensor(other.id).shape != tensor.shape) continue;
    result.push_back(difference(a, layer.id, b, other.id, layer.op));
    next = partner + 1;
  }
  require(!result.empty(), "no layer of one model is found in the other: neither by name, nor by operator and shape");
  return result;
}

}  // namespace thimble
