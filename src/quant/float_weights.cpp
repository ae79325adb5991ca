#include "quant/float_weights.h"

#include <bit>
#include <cmath>
#include <map>

#include "base/error.h"
#include "ops/op.h"
#include "quant/weights.h"

namespace thimble {
namespace {

bool is_float_constant(const Tensor& tensor) { return tensor.constant() && tensor.type == Type::kFloat32; }

Tensor int8_weights(const Tensor& weights, int axis) {
  Tensor result = weights;
  const auto values = weights.values<float>();
  result.type = Type::kInt8;
  result.quantization = choose_weights(values, weights.shape, axis, WeightForm::kInt8);
  result.data = make_data(to_integers(values, weights.shape, result.quantization, most_of(WeightForm::kInt8)));
  return result;
}

bool takes_its_inputs(const Graph& graph, const Node& node) {
  try {
    op_of(node).infer(NodeView(graph, node));
    return true;
  } catch (const InputError&) {
    return false;
  }
}

/// Asymmetric inputs use all 256 steps: of values after a ReLU, twice as many.
void set_asymmetric(Node& node) {
  for (const TfliteField& field : op_of(node).tflite.fields) {
    if (field.attribute == "asymmetric_quantize_inputs") node.attributes.set(std::string(field.attribute), true);
  }
}

/// Normal numbers of half precision are the floats from 2^-14 on with 10 bits of fraction; below they are multiples of
/// 2^-24.
constexpr float kLeastNormalHalf = 0x1p-14F, kGreatestHalf = 65504.0F;

}  // namespace

void quantize_dynamic_range(Graph& graph) {
  std::map<TensorId, TensorId> made;  // weights that several nodes share stay one tensor
  for (Node& node : graph.nodes) {
    const QuantizationRule& rule = op_of(node).quantization;
    if (rule.weights_input < 0) continue;
    TensorId& weights = node.inputs[static_cast<std::size_t>(rule.weights_input)];
    const TensorId before = weights;
    if (!is_float_constant(graph.tensor(before)) || graph.tensor(before).elements() < kLeastDynamicElements) continue;
    const auto [found, is_new] = made.try_emplace(before, kNoTensor);
    if (is_new) found->second = graph.add(int8_weights(graph.tensor(before), rule.weights_axis));
    weights = found->second;
    if (takes_its_inputs(graph, node)) {
      set_asymmetric(node);
    } else {
      weights = before;
    }
  }
}

std::uint16_t to_half(float value) {
  const auto sign = static_cast<std::uint16_t>(std::signbit(value) ? 0x8000 : 0);
  const float size = std::fabs(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>(sign | 0x7E00);
  if (size >= kGreatestHalf) return static_cast<std::uint16_t>(sign | 0x7BFF);
  if (size < kLeastNormalHalf)
    return static_cast<std::uint16_t>(sign | static_cast<std::uint16_t>(std::nearbyint(size * 0x1p24F)));
  // The exponent's bias goes from 127 to 15, and 13 bits of the fraction go; a carry out of it is the next exponent.
  const std::uint32_t bits = std::bit_cast<std::uint32_t>(size) - (112U << 23);
  const std::uint32_t rounded = bits + 0xFFF + ((bits >> 13) & 1);
  return static_cast<std::uint16_t>(sign | rounded >> 13);
}

void quantize_float16(Graph& graph) {
  std::vector<Node> conversions;
  const std::size_t tensors = graph.tensors.size();
  for (std::size_t i = 0; i < tensors; ++i) {
    if (!is_float_constant(graph.tensors[i])) continue;
    std::vector<std::uint16_t> halves;
    for (const float value : graph.tensors[i].values<float>()) halves.push_back(to_half(value));
    Tensor half = graph.tensors[i];
    half.name += "_float16";
    half.type = Type::kFloat16;
    half.data = make_data(halves);
    const TensorId id = graph.add(std::move(half));
    Tensor& value = graph.tensors[i];
    value.data = nullptr;
    Node conversion;
    conversion.op = "DEQUANTIZE";
    conversion.name = value.name;
    conversion.inputs = {id};
    conversion.outputs = {static_cast<TensorId>(i)};
    conversions.push_back(std::move(conversion));
  }
  graph.nodes.insert(graph.nodes.begin(), conversions.begin(), conversions.end());
}

}  // namespace thimble
