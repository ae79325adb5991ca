// Random nodes of bytes, for tests that compare kernels made for a CPU with the portable ones.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "ops/op_testing.h"

namespace thimble {

class Generator {
 public:
  explicit Generator(int seed) : random_(static_cast<std::uint64_t>(seed)) {}

  int between(int low, int high) {
    const auto range = static_cast<std::uint32_t>(std::int64_t{high} - low + 1);
    return static_cast<int>(low + std::int64_t{random_.below(range)});
  }
  float scale(float low, float high) { return low + (high - low) * random_.uniform(); }
  std::string one_of(const std::vector<std::string>& texts) {
    return texts[static_cast<std::size_t>(between(0, static_cast<int>(texts.size()) - 1))];
  }

  std::shared_ptr<const Bytes> bytes(const Shape& shape, int low) {
    std::vector<std::int8_t> values(static_cast<std::size_t>(element_count(shape)));
    for (std::int8_t& value : values) value = static_cast<std::int8_t>(between(low, 127));
    return make_data(values);
  }

  /// An activation tensor; its zero point is often the lowest, as behind a ReLU.
  Tensor activation(Shape shape, float low, float high) {
    Tensor tensor = TestNode::tensor_of(Type::kInt8, std::move(shape));
    tensor.quantization = {{scale(low, high)}, {between(0, 2) == 0 ? -128 : between(-128, 127)}, 0};
    return tensor;
  }
  Tensor input(const Shape& shape) {
    Tensor tensor = activation(shape, 0.01f, 0.1f);
    tensor.data = bytes(shape, -128);
    return tensor;
  }
  Tensor weights(const Shape& shape, int channels, int axis) {
    Tensor tensor = TestNode::tensor_of(Type::kInt8, shape);
    for (int c = 0; c < channels; ++c) {
      tensor.quantization.scales.push_back(scale(0.0005f, 0.01f));
      tensor.quantization.zero_points.push_back(0);
    }
    tensor.quantization.axis = axis;
    tensor.data = between(0, 2) == 0 ? without_some_channels(shape, axis) : bytes(shape, -127);
    return tensor;
  }
  /// Weights of which half of the channels, whose index is the one of `axis`, are zero.
  std::shared_ptr<const Bytes> without_some_channels(const Shape& shape, int axis) {
    Bytes values = *bytes(shape, -127);
    const auto channels = static_cast<std::size_t>(shape[static_cast<std::size_t>(axis)]);
    std::size_t inner = 1;
    for (std::size_t i = static_cast<std::size_t>(axis) + 1; i < shape.size(); ++i) {
      inner *= static_cast<std::size_t>(shape[i]);
    }
    for (std::size_t c = 0; c < channels; ++c) {
      if (between(0, 1)) continue;
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = i / inner % channels == c ? 0 : values[i];
    }
    return std::make_shared<const Bytes>(std::move(values));
  }
  Tensor bias(int channels) {
    Tensor tensor = TestNode::tensor_of(Type::kInt32, {channels});
    std::vector<std::int32_t> values;
    for (int c = 0; c < channels; ++c) values.push_back(between(-3000, 3000));
    tensor.data = make_data(values);
    return tensor;
  }

  /// The same for 16 bits: activations, which often are the largest, and biases of 64 bits.
  Tensor activation_16(Shape shape, float low, float high) {
    Tensor tensor = TestNode::tensor_of(Type::kInt16, std::move(shape));
    tensor.quantization = {{scale(low, high)}, {0}, 0};
    return tensor;
  }
  Tensor input_16(const Shape& shape) {
    Tensor tensor = activation_16(shape, 0.0001f, 0.001f);
    std::vector<std::int16_t> values(static_cast<std::size_t>(element_count(shape)));
    const int kind = between(0, 3);
    for (std::int16_t& value : values) {
      const int any = between(-32768, 32767);
      value = static_cast<std::int16_t>(kind == 0 ? (any < 0 ? -32768 : 32767) : kind == 1 ? -32768 : any);
    }
    tensor.data = make_data(values);
    return tensor;
  }
  Tensor bias_64(int channels) {
    Tensor tensor = TestNode::tensor_of(Type::kInt64, {channels});
    std::vector<std::int64_t> values;
    for (int c = 0; c < channels; ++c) values.push_back(between(-3000000, 3000000));
    tensor.data = make_data(values);
    return tensor;
  }

  Tensor floats(const Shape& shape) {
    Tensor tensor = TestNode::tensor_of(Type::kFloat32, shape);
    std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
    for (float& value : values) value = scale(-1.0f, 1.0f);
    tensor.data = make_data(values);
    return tensor;
  }

 private:
  Random random_;
};

/// What `calls` make of the graph's constants in tensor `id`, which lies in the place of tensor `place`. If that is
/// smaller, it lies at the end of it.
inline Bytes outputs_of(const Graph& graph, const std::vector<KernelCall>& calls, TensorId id, TensorId place) {
  std::vector<Bytes> memory;
  for (const Tensor& tensor : graph.tensors) memory.push_back(tensor.data ? *tensor.data : Bytes(tensor.bytes()));
  const auto bytes_of = [&](TensorId tensor) -> Bytes& { return memory[static_cast<std::size_t>(tensor)]; };
  Bytes& shared = bytes_of(place);
  const std::size_t input = graph.tensor(place).bytes(), more = std::max(graph.tensor(id).bytes(), input) - input;
  shared.insert(shared.begin(), place == id ? 0 : more, 0);
  for (const KernelCall& call : calls) {
    Bytes scratch(call.scratch_bytes);
    const auto address = [&](TensorId tensor) {
      if (tensor == id) return shared.data();
      return tensor == place ? shared.data() + more : bytes_of(tensor).data();
    };
    call.invoke(bind_operands(call, address, scratch.data()).data());
  }
  shared.resize(graph.tensor(id).bytes());
  return shared;
}

/// Lowers with `options`, and compares with the portable kernel; also where the output takes an input's place. `marks`:
/// how the kernel's name may end.
inline void expect_equal_lowered(const TestNode& test, const LowerOptions& options,
                                 const std::vector<std::string>& marks) {
  const std::vector<KernelCall> calls = op_of(test.node()).lower(NodeView(test.graph(), test.node()), options);
  const std::string& symbol = calls[0].symbol;
  ASSERT_TRUE(std::ranges::any_of(marks, [&](const std::string& mark) { return symbol.ends_with(mark); })) << symbol;
  const std::vector<Bytes> expected = test.run();
  EXPECT_EQ(test.run(options), expected) << symbol;
  for (const TensorId input : calls[0].in_place) {
    EXPECT_EQ(outputs_of(test.graph(), calls, test.node().outputs[0], input), expected[0]);
  }
}

/// The same for a node without an output yet: adds the one that it infers.
inline void expect_equal_variant(TestNode& test, const Tensor& output_like, const LowerOptions& options,
                                 const std::vector<std::string>& marks) {
  Tensor output = output_like;
  output.data = nullptr;
  output.shape = test.infer()[0].shape;
  test.output(output);
  expect_equal_lowered(test, options, marks);
}

/// The portable calls of all nodes.
inline std::vector<KernelCall> apart(const Graph& graph) {
  std::vector<KernelCall> calls;
  for (const Node& node : graph.nodes) {
    for (KernelCall& call : op_of(node).lower(NodeView(graph, node), {})) calls.push_back(std::move(call));
  }
  return calls;
}

inline Attributes window_attributes(Generator& make) {
  return {{"padding", make.one_of({"SAME", "VALID"})},
          {"stride_h", std::int64_t{make.between(1, 2)}},
          {"stride_w", std::int64_t{make.between(1, 2)}},
          {"activation", make.one_of({"NONE", "RELU", "RELU6", "RELU_N1_TO_1"})}};
}

inline Attributes convolution_attributes(Generator& make) {
  Attributes attributes = window_attributes(make);
  attributes.set("dilation_h", std::int64_t{make.between(1, 2)});
  attributes.set("dilation_w", std::int64_t{make.between(1, 2)});
  return attributes;
}

}  // namespace thimble
