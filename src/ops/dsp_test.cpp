// The kernels for Armv7E-M's DSP instructions against the portable ones, bit for bit. Here both are plain C; on a board
// the first are assembly (src/deploy/deploy_test.cpp).
#include "ops/dsp.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "ops/op_testing.h"

namespace thimble {
namespace {

constexpr LowerOptions kDsp = {.features = {.dsp = true}};

class Generator {
 public:
  explicit Generator(int seed) : random_(static_cast<std::uint64_t>(seed)) {}

  int between(int low, int high) {
    return low + static_cast<int>(random_.below(static_cast<std::uint32_t>(high - low + 1)));
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
    tensor.data = bytes(shape, -127);
    return tensor;
  }
  Tensor bias(int channels) {
    Tensor tensor = TestNode::tensor_of(Type::kInt32, {channels});
    std::vector<std::int32_t> values;
    for (int c = 0; c < channels; ++c) values.push_back(between(-3000, 3000));
    tensor.data = make_data(values);
    return tensor;
  }

 private:
  Random random_;
};

/// What `calls` make of the graph's constants in tensor `id`, which lies in the place of tensor `place`. If that is
/// smaller, it lies at the end of it.
Bytes outputs_of(const Graph& graph, const std::vector<KernelCall>& calls, TensorId id, TensorId place) {
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

/// Adds the output that the node infers, lowers for both, and compares; also where the output takes an input's place.
void expect_equal(TestNode& test, const Tensor& output_like) {
  Tensor output = output_like;
  output.data = nullptr;
  output.shape = test.infer()[0].shape;
  test.output(output);
  const std::vector<KernelCall> calls = op_of(test.node()).lower(NodeView(test.graph(), test.node()), kDsp);
  ASSERT_NE(calls[0].symbol.find("_dsp"), std::string::npos) << calls[0].symbol;
  const std::vector<Bytes> expected = test.run();
  EXPECT_EQ(test.run(kDsp), expected);
  for (const TensorId input : calls[0].in_place) {
    EXPECT_EQ(outputs_of(test.graph(), calls, test.node().outputs[0], input), expected[0]);
  }
}

/// The portable calls of all nodes.
std::vector<KernelCall> apart(const Graph& graph) {
  std::vector<KernelCall> calls;
  for (const Node& node : graph.nodes) {
    for (KernelCall& call : op_of(node).lower(NodeView(graph, node), {})) calls.push_back(std::move(call));
  }
  return calls;
}

Attributes window_attributes(Generator& make) {
  return {{"padding", make.one_of({"SAME", "VALID"})},
          {"stride_h", std::int64_t{make.between(1, 2)}},
          {"stride_w", std::int64_t{make.between(1, 2)}},
          {"activation", make.one_of({"NONE", "RELU", "RELU6", "RELU_N1_TO_1"})}};
}

Attributes convolution_attributes(Generator& make) {
  Attributes attributes = window_attributes(make);
  attributes.set("dilation_h", std::int64_t{make.between(1, 2)});
  attributes.set("dilation_w", std::int64_t{make.between(1, 2)});
  return attributes;
}

class Dsp : public ::testing::TestWithParam<int> {};

TEST_P(Dsp, Conv2D) {
  Generator make(GetParam());
  const int filter_h = make.between(1, 3), filter_w = make.between(1, 3);
  const int depth = make.between(0, 1) ? 4 * make.between(1, 5) : make.between(1, 9), channels = make.between(1, 9);
  TestNode test("CONV_2D", convolution_attributes(make));
  test.input(make.input({make.between(1, 2), make.between(5, 9), make.between(5, 12), depth}));
  test.input(make.weights({channels, filter_h, filter_w, depth}, channels, 0));
  if (make.between(0, 3)) test.input(make.bias(channels));
  expect_equal(test, make.activation({}, 0.02f, 0.2f));
}

TEST_P(Dsp, FullyConnected) {
  Generator make(GetParam());
  const bool per_channel = make.between(0, 1);
  const int depth = make.between(0, 4) ? make.between(1, 70) : make.between(600, 1400), units = make.between(1, 13);
  TestNode test("FULLY_CONNECTED",
                {{"activation", make.one_of({"NONE", "RELU", "RELU_N1_TO_1"})}, {"keep_num_dims", false}});
  test.input(make.input({make.between(1, 3), depth}));
  test.input(make.weights({units, depth}, per_channel ? units : 1, 0));
  if (make.between(0, 3)) test.input(make.bias(units));
  expect_equal(test, make.activation({}, 0.02f, 0.4f));
}

TEST_P(Dsp, FullyConnectedSumsLargerThan24Bits) {
  Generator make(GetParam());
  const int depth = make.between(500, 1500);
  TestNode test("FULLY_CONNECTED", {{"activation", std::string("NONE")}, {"keep_num_dims", false}});
  Tensor input = make.input({1, depth}), weights = make.weights({4, depth}, 1, 0);
  weights.data = make_data(std::vector<std::int8_t>(static_cast<std::size_t>(4 * depth), 127));
  input.data = make_data(std::vector<std::int8_t>(static_cast<std::size_t>(depth), make.between(0, 1) ? 127 : -128));
  test.input(input);
  test.input(weights);
  expect_equal(test, make.activation({}, 0.02f, 0.4f));
}

TEST_P(Dsp, DepthwiseConv2D) {
  Generator make(GetParam());
  const bool usual = make.between(0, 1);
  const int filter_h = usual ? 3 : make.between(1, 4), filter_w = usual ? 3 : make.between(1, 5);
  const int channels = make.between(1, 11);
  Attributes attributes = window_attributes(make);
  attributes.set("depth_multiplier", std::int64_t{1});
  attributes.set("dilation_h", std::int64_t{1});
  attributes.set("dilation_w", std::int64_t{1});
  TestNode test("DEPTHWISE_CONV_2D", attributes);
  test.input(make.input({make.between(1, 2), make.between(5, 9), make.between(5, 12), channels}));
  test.input(make.weights({1, filter_h, filter_w, channels}, channels, 3));
  if (make.between(0, 3)) test.input(make.bias(channels));
  expect_equal(test, make.activation({}, 0.02f, 0.2f));
}

TEST_P(Dsp, Conv2DAndMaximum) {
  Generator make(GetParam());
  const int channels = make.between(1, 9), height = make.between(4, 9), width = make.between(4, 9);
  const Tensor image = make.input({make.between(1, 2), height, width, 1});
  Graph graph;
  const TensorId input = graph.add(image);
  const TensorId filter = graph.add(make.weights({channels, 3, 3, 1}, channels, 0));
  const TensorId bias = graph.add(make.bias(channels));
  const Attributes attributes = {{"padding", make.one_of({"SAME", "VALID"})},
                                 {"stride_h", std::int64_t{1}},
                                 {"stride_w", std::int64_t{1}},
                                 {"activation", make.one_of({"NONE", "RELU"})}};
  const TensorId sums = append(graph, {"CONV_2D", "conv", {input, filter, bias}, {}, attributes}, "sums");
  graph.tensor(sums).quantization = make.activation({}, 0.02f, 0.2f).quantization;
  graph.tensor(sums).quantization.zero_points[0] = -128;
  const Attributes pool = {{"padding", std::string("VALID")}, {"filter_h", std::int64_t{2}},
                           {"filter_w", std::int64_t{2}},     {"stride_h", std::int64_t{2}},
                           {"stride_w", std::int64_t{2}},     {"activation", std::string("NONE")}};
  const TensorId largest = append(graph, {"MAX_POOL_2D", "pool", {sums}, {}, pool}, "largest");
  graph.tensor(largest).quantization = graph.tensor(sums).quantization;
  const NodeView conv(graph, graph.nodes[0]), maximum(graph, graph.nodes[1]);
  const auto together = op_of(conv.node()).lower_with(conv, maximum, kDsp);
  ASSERT_TRUE(together.has_value());
  EXPECT_EQ(outputs_of(graph, {*together}, largest, largest), outputs_of(graph, apart(graph), largest, largest));
}

void expect_equal_pools(const std::string& op, int seed) {
  Generator make(seed);
  Attributes attributes = window_attributes(make);
  attributes.set("activation", std::string("NONE"));
  attributes.set("filter_h", std::int64_t{make.between(1, 4)});
  attributes.set("filter_w", std::int64_t{make.between(1, 4)});
  TestNode test(op, attributes);
  const Tensor input = make.input({make.between(1, 2), make.between(5, 9), make.between(5, 9), 4 * make.between(1, 3)});
  test.input(input);
  expect_equal(test, input);
}

TEST_P(Dsp, MaxPool2D) { expect_equal_pools("MAX_POOL_2D", GetParam()); }

TEST_P(Dsp, AveragePool2D) { expect_equal_pools("AVERAGE_POOL_2D", GetParam()); }

TEST_P(Dsp, Add) {
  Generator make(GetParam());
  TestNode test("ADD", {{"activation", make.one_of({"NONE", "RELU", "RELU_N1_TO_1"})}});
  const Shape shape = {1, make.between(1, 3), make.between(1, 40)};
  Tensor a = make.input(shape), b = make.input(shape);
  if (make.between(0, 3) == 0) b.quantization.scales = a.quantization.scales;
  test.input(a);
  test.input(b);
  expect_equal(test, make.activation({}, 0.02f, 0.2f));
}

INSTANTIATE_TEST_SUITE_P(Random, Dsp, ::testing::Range(0, 200));

}  // namespace
}  // namespace thimble
