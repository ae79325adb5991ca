#include "quant/quantize.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.h"
#include "ops/node_quantizer.h"
#include "ops/op.h"
#include "quant/weights.h"

namespace thimble {
namespace {

std::int64_t rounded(double value, std::int64_t least, std::int64_t greatest) {
  return std::clamp(static_cast<std::int64_t>(std::llround(std::clamp(value, -9e18, 9e18))), least, greatest);
}

template <typename T>
std::shared_ptr<const Bytes> quantize_values(const Tensor& tensor, const Quantization& quantization, std::int64_t least,
                                             std::int64_t greatest) {
  const auto values = tensor.values<float>();
  std::size_t inner = 1;
  for (std::size_t axis = static_cast<std::size_t>(quantization.axis) + 1; axis < tensor.shape.size(); ++axis) {
    inner *= static_cast<std::size_t>(tensor.shape[axis]);
  }
  std::vector<T> result;
  result.reserve(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::size_t c = quantization.per_channel() ? i / inner % quantization.scales.size() : 0;
    const double steps =
        double{values[i]} / double{quantization.scales[c]} + static_cast<double>(quantization.zero_points[c]);
    result.push_back(static_cast<T>(rounded(steps, least, greatest)));
  }
  return make_data(result);
}

class Quantizer {
 public:
  Quantizer(const Graph& graph, const std::vector<Range>& ranges, const QuantizeOptions& options)
      : source_(graph), ranges_(ranges), options_(options), result_(graph) {
    activation_type_ = options.scheme == Scheme::kInt8 ? Type::kInt8 : Type::kInt16;
  }

  Graph run() {
    for (const TensorId id : source_.inputs) quantize_activation(id);
    result_.nodes.clear();
    for (const Node& node : source_.nodes) {
      with_context(fmt::format("{} '{}'", node.op, node.name), [&] {
        quantize_node(node);
        infer(result_, result_.nodes.back());  // throws where the operator has no such integers
      });
    }
    if (options_.float_io) restore_float_io();
    return std::move(result_);
  }

 private:
  bool is_float_value(TensorId id) const { return id != kNoTensor && result_.tensor(id).type == Type::kFloat32; }

  static TensorId data_input(const Node& node, const QuantizationRule& rule) {
    return node.inputs[static_cast<std::size_t>(rule.data_input)];
  }

  void quantize_activation(TensorId id) {
    Tensor& tensor = result_.tensor(id);
    if (tensor.type != Type::kFloat32) return;
    tensor.type = activation_type_;
    tensor.quantization = quantization_of(id);
  }

  Quantization quantization_of(TensorId id) const {
    const IntegerForm* form = given(id);
    return form ? form->quantization : choose_activation(ranges_[static_cast<std::size_t>(id)], activation_type_);
  }

  void quantize_node(Node node) {
    const QuantizationRule& rule = op_of(node).quantization;
    require(rule.supported, "has no integer form; keep the model float, or leave the operator out");
    if (rule.quantize != nullptr) {
      Inputs inputs(*this, node);
      rule.quantize(inputs);
      result_.nodes.push_back(std::move(node));
      return;
    }
    TensorId& data = node.inputs[static_cast<std::size_t>(rule.data_input)];
    const bool moves_constant = rule.output == OutputRange::kSameAsInput && is_float_value(data);
    if (moves_constant && result_.tensor(data).constant()) data = quantized_constant(data);
    quantize_output(node, rule);
    for (int i = 0; i < static_cast<int>(node.inputs.size()); ++i) {
      TensorId& input = node.inputs[static_cast<std::size_t>(i)];
      if (i == rule.weights_input && is_float_value(input)) {
        input = quantized_weights(node, rule);
      } else if (i != rule.bias_input && is_float_value(input)) {
        input = quantized_constant(input);
      }
    }
    if (rule.bias_input >= 0 && static_cast<std::size_t>(rule.bias_input) < node.inputs.size()) {
      TensorId& bias = node.inputs[static_cast<std::size_t>(rule.bias_input)];
      if (is_float_value(bias)) bias = quantized_bias(node, rule);
    }
    if (rule.inputs_like_output) requantize_inputs(node);
    result_.nodes.push_back(std::move(node));
  }

  void quantize_output(const Node& node, const QuantizationRule& rule) {
    for (const TensorId id : node.outputs) {
      Tensor& output = result_.tensor(id);
      if (output.type != Type::kFloat32) continue;
      if (rule.output == OutputRange::kObserved) {
        quantize_activation(id);
        continue;
      }
      output.type = activation_type_;
      if (rule.output == OutputRange::kSameAsInput) {
        output.quantization = result_.tensor(data_input(node, rule)).quantization;
      } else if (activation_type_ == Type::kInt8) {
        output.quantization = {{rule.int8_scale}, {rule.int8_zero_point}, 0};
      } else {
        output.quantization = {{rule.int16_scale}, {0}, 0};
      }
    }
  }

  /// Symmetric, one scale a channel, as the caller says or by the channel's greatest magnitude.
  TensorId quantized_weights(const Node& node, const QuantizationRule& rule) {
    const TensorId id = node.inputs[static_cast<std::size_t>(rule.weights_input)];
    BiasOf bias{.input_scale = result_.tensor(data_input(node, rule)).scale()};
    if (const Tensor* found = bias_of(node, rule)) bias.values = found->values<float>();
    return weights_of(id, source_.tensor(id).shape, rule.weights_axis, bias);
  }

  const IntegerForm* given(TensorId id) const {
    const auto found = options_.given.find(id);
    return found == options_.given.end() ? nullptr : &found->second;
  }

  /// `shape` and `axis` say which weights have a scale together.
  TensorId weights_of(TensorId id, const Shape& shape, int axis, const BiasOf& bias) {
    const Tensor& weights = source_.tensor(id);
    require(weights.constant(), "its weights '{}' are not constant", weights.name);
    const auto values = weights.values<float>();
    const IntegerForm* form = given(id);
    Tensor tensor = weights;
    tensor.type = form ? form->type : Type::kInt8;
    tensor.trainable = false;
    tensor.quantization = form ? form->quantization : choose_weights(values, shape, axis, WeightForm::kInt8, bias);
    for (const TensorId shared : quantized_[id]) {
      if (result_.tensor(shared).quantization == tensor.quantization) return shared;
    }
    const std::int64_t most = tensor.type == Type::kInt4 ? 7 : 127;
    tensor.data = make_data(to_integers(values, shape, tensor.quantization, most));
    quantized_[id].push_back(result_.add(std::move(tensor)));
    return quantized_[id].back();
  }

  const Tensor* bias_of(const Node& node, const QuantizationRule& rule) const {
    if (rule.bias_input < 0 || static_cast<std::size_t>(rule.bias_input) >= node.inputs.size()) return nullptr;
    const TensorId id = node.inputs[static_cast<std::size_t>(rule.bias_input)];
    return id == kNoTensor ? nullptr : &source_.tensor(id);
  }

  /// Call after the weights are quantized.
  TensorId quantized_bias(const Node& node, const QuantizationRule& rule) {
    const Tensor& bias = *bias_of(node, rule);
    require(bias.constant(), "its bias '{}' is not constant", bias.name);
    const Tensor& weights = result_.tensor(node.inputs[static_cast<std::size_t>(rule.weights_input)]);
    const float input_scale = result_.tensor(data_input(node, rule)).scale();
    Tensor tensor = bias;
    tensor.trainable = false;
    for (const float scale : weights.quantization.scales) {
      tensor.quantization.scales.push_back(input_scale * scale);
      tensor.quantization.zero_points.push_back(0);
    }
    const std::int64_t most = (std::int64_t{1} << 31) - 1;
    if (options_.scheme == Scheme::kInt8) {
      tensor.type = Type::kInt32;
      tensor.data = quantize_values<std::int32_t>(bias, tensor.quantization, -most, most);
    } else {
      tensor.type = Type::kInt64;
      tensor.data = quantize_values<std::int64_t>(bias, tensor.quantization, -(most << 8), most << 8);
    }
    return result_.add(std::move(tensor));
  }

  /// A constant operand that is no weights: quantized as an activation of its own range.
  TensorId quantized_constant(TensorId id) {
    Tensor tensor = source_.tensor(id);
    ensure(tensor.constant(), "'{}' has not been quantized", tensor.name);
    tensor.type = activation_type_;
    tensor.trainable = false;
    tensor.quantization = quantization_of(id);
    const Tensor& source = source_.tensor(id);
    const std::int64_t least = min_of(activation_type_);
    const std::int64_t most = max_of(activation_type_);
    tensor.data = activation_type_ == Type::kInt8
                      ? quantize_values<std::int8_t>(source, tensor.quantization, least, most)
                      : quantize_values<std::int16_t>(source, tensor.quantization, least, most);
    return result_.add(std::move(tensor));
  }

  void requantize_inputs(Node& node) {
    const Quantization wanted = result_.tensor(node.outputs[0]).quantization;
    for (TensorId& input : node.inputs) {
      if (input == kNoTensor || result_.tensor(input).quantization == wanted) continue;
      Tensor tensor = result_.tensor(input);
      tensor.name += "/requantized";
      tensor.quantization = wanted;
      tensor.data = nullptr;
      const TensorId converted = result_.add(std::move(tensor));
      result_.nodes.push_back({"QUANTIZE", result_.tensor(converted).name, {input}, {converted}, {}});
      input = converted;
    }
  }

  void restore_float_io() {
    for (TensorId& id : result_.inputs) {
      if (source_.tensor(id).type != Type::kFloat32) continue;
      const TensorId outer = result_.add(source_.tensor(id));
      result_.tensor(id).name += "/quantized";
      result_.nodes.insert(result_.nodes.begin(), {"QUANTIZE", result_.tensor(id).name, {outer}, {id}, {}});
      id = outer;
    }
    for (TensorId& id : result_.outputs) {
      if (source_.tensor(id).type != Type::kFloat32) continue;
      const TensorId outer = result_.add(source_.tensor(id));
      result_.tensor(id).name += "/quantized";
      result_.nodes.push_back({"DEQUANTIZE", result_.tensor(outer).name, {id}, {outer}, {}});
      id = outer;
    }
  }

  /// The inputs of a node whose operator quantizes them itself.
  class Inputs final : public NodeQuantizer {
   public:
    Inputs(Quantizer& owner, Node& node) : owner_(owner), node_(node), sources_(node.inputs) {}

    bool has_input(int index) const override { return sources_[static_cast<std::size_t>(index)] != kNoTensor; }
    const Tensor& source(int index) const override {
      return owner_.source_.tensor(sources_[static_cast<std::size_t>(index)]);
    }
    const Tensor& input(int index) const override {
      return owner_.result_.tensor(node_.inputs[static_cast<std::size_t>(index)]);
    }
    float greatest(int index) const override {
      const Range& range = owner_.ranges_[static_cast<std::size_t>(sources_[static_cast<std::size_t>(index)])];
      return std::max(std::fabs(range.min), std::fabs(range.max));
    }
    Type activation_type() const override { return owner_.activation_type_; }
    const Tensor& quantize_output() override {
      owner_.quantize_activation(node_.outputs[0]);
      return owner_.result_.tensor(node_.outputs[0]);
    }
    const Quantization* given(int index) const override {
      const IntegerForm* form = owner_.given(sources_[static_cast<std::size_t>(index)]);
      return form ? &form->quantization : nullptr;
    }
    void quantize_weights(int index) override {
      const Shape as_one = {1, static_cast<int>(source(index).elements())};
      node_.inputs[static_cast<std::size_t>(index)] =
          owner_.weights_of(sources_[static_cast<std::size_t>(index)], as_one, 0, {});
    }
    /// A state keeps its id, as all values do.
    void set_input(int index, Tensor tensor) override {
      TensorId& id = node_.inputs[static_cast<std::size_t>(index)];
      if (tensor.variable) {
        owner_.result_.tensor(id) = std::move(tensor);
      } else {
        id = owner_.result_.add(std::move(tensor));
      }
    }

   private:
    Quantizer& owner_;
    Node& node_;
    std::vector<TensorId> sources_;
  };

  const Graph& source_;
  const std::vector<Range>& ranges_;
  QuantizeOptions options_;
  Graph result_;
  std::map<TensorId, std::vector<TensorId>> quantized_;  // of weights that several nodes read, by their float tensor
  Type activation_type_ = Type::kInt8;
};

}  // namespace

Quantization choose_activation(const Range& range, Type type) {
  if (type == Type::kInt16) {
    const float most = std::max(std::fabs(range.min), std::fabs(range.max));
    return {{(most > 0.0f ? most : 1.0f) / 32767.0f}, {0}, 0};
  }
  const double span = double{range.max} - double{range.min};
  if (span <= 0.0) return {{1.0f}, {0}, 0};
  const double scale = span / 255.0;
  return {{static_cast<float>(scale)}, {rounded(-128.0 - double{range.min} / scale, -128, 127)}, 0};
}

Graph quantize(const Graph& graph, const std::vector<Range>& ranges, const QuantizeOptions& options) {
  Graph result = quantize_keeping_ids(graph, ranges, options);
  drop_unused_tensors(result);
  return result;
}

Graph quantize_keeping_ids(const Graph& graph, const std::vector<Range>& ranges, const QuantizeOptions& options) {
  ensure(ranges.size() == graph.tensors.size(), "{} ranges for {} tensors", ranges.size(), graph.tensors.size());
  return Quantizer(graph, ranges, options).run();
}

}  // namespace thimble
