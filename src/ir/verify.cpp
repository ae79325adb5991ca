#include "ir/verify.h"

#include <cmath>

#include "base/error.h"

namespace thimble {
namespace {

void verify_quantization(const Tensor& tensor, const char* after) {
  const Quantization& quantization = tensor.quantization;
  const std::size_t count = quantization.scales.size();
  ensure(quantization.zero_points.size() == count, "after {}: tensor '{}' has {} scales, {} zero points", after,
         tensor.name, count, quantization.zero_points.size());
  if (count > 1) {
    const auto axis = static_cast<std::size_t>(quantization.axis);
    ensure(axis < tensor.shape.size() && static_cast<std::size_t>(tensor.shape[axis]) == count,
           "after {}: tensor '{}' has {} scales on axis {} of {}", after, tensor.name, count, quantization.axis,
           to_string(tensor.shape));
  }
  for (const float scale : quantization.scales) {
    const bool is_nothing = scale == 0.0f && tensor.constant();  // channels of weights that are all zero
    ensure(is_nothing || (std::isfinite(scale) && scale > 0.0f), "after {}: tensor '{}' has scale {}", after,
           tensor.name, scale);
  }
  for (const std::int64_t zero_point : quantization.zero_points) {
    ensure(is_float(tensor.type) || (zero_point >= min_of(tensor.type) && zero_point <= max_of(tensor.type)),
           "after {}: tensor '{}' has zero point {}", after, tensor.name, zero_point);
  }
}

void verify_tensor(const Tensor& tensor, const char* after) {
  for (const int dimension : tensor.shape) {
    ensure(dimension >= 0, "after {}: tensor '{}' has shape {}", after, tensor.name, to_string(tensor.shape));
  }
  ensure(!tensor.constant() || tensor.data->size() == tensor.bytes(), "after {}: constant '{}' has {} bytes, not {}",
         after, tensor.name, tensor.constant() ? tensor.data->size() : 0, tensor.bytes());
  verify_quantization(tensor, after);
}

}  // namespace

void verify(const Graph& graph, const char* after) {
  for (const Tensor& tensor : graph.tensors) verify_tensor(tensor, after);
  const auto in_range = [&](TensorId id) { return id >= 0 && static_cast<std::size_t>(id) < graph.tensors.size(); };
  std::vector<bool> made(graph.tensors.size());
  for (std::size_t i = 0; i < made.size(); ++i) made[i] = graph.tensors[i].constant() || graph.tensors[i].variable;
  const auto make = [&](TensorId id, const std::string& by) {
    ensure(in_range(id), "after {}: {} makes tensor {}, out of range", after, by, id);
    ensure(!made[static_cast<std::size_t>(id)] || graph.tensor(id).variable,
           "after {}: {} makes '{}', which is there already", after, by, graph.tensor(id).name);
    made[static_cast<std::size_t>(id)] = true;
  };
  const auto read = [&](TensorId id, const std::string& by) {
    ensure(in_range(id), "after {}: {} reads tensor {}, out of range", after, by, id);
    ensure(made[static_cast<std::size_t>(id)], "after {}: {} reads '{}' before it is made", after, by,
           graph.tensor(id).name);
  };
  for (const TensorId id : graph.inputs) make(id, "the graph's input");
  for (const Node& node : graph.nodes) {
    for (const TensorId id : node.inputs) {
      if (id != kNoTensor) read(id, node.op);
    }
    for (const TensorId id : node.outputs) make(id, node.op);
  }
  for (const TensorId id : graph.outputs) read(id, "the graph's output");
}

}  // namespace thimble
