// Host bodies against the portable kernels, for every instruction set that the CPU has: integers bit for bit, floats
// within 1e-5 of the largest magnitude, and nothing written beyond the output.
#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"
#include "ops/graph_builder.h"
#include "ops/simd.h"

namespace thimble {
namespace {

constexpr std::size_t kGuard = 64;
constexpr std::uint8_t kGuardByte = 0xA5;

/// Uses a level as long as it lives.
class WithLevel {
 public:
  explicit WithLevel(SimdLevel level) : before_(simd_level()), available_(set_simd_level(level)) {}
  ~WithLevel() { set_simd_level(before_); }
  WithLevel(const WithLevel&) = delete;
  WithLevel& operator=(const WithLevel&) = delete;
  bool available() const { return available_; }

 private:
  SimdLevel before_;
  bool available_;
};

Bytes random_bytes(const Tensor& tensor, Random& random) {
  Bytes bytes(tensor.bytes());
  if (tensor.type == Type::kFloat32) {
    auto* floats = reinterpret_cast<float*>(bytes.data());
    for (std::size_t i = 0; i < bytes.size() / sizeof(float); ++i) floats[i] = random.uniform(-1.0f, 1.0f);
  } else {
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
  }
  return bytes;
}

/// The output of a call whose graph inputs hold `inputs`; `in_place`: it takes over the first input's memory.
Bytes run(const Graph& graph, const KernelCall& call, std::vector<Bytes> inputs, const HostKernel* host,
          bool in_place = false) {
  const std::size_t size = graph.tensor(graph.outputs[0]).bytes();
  Bytes output(size + kGuard, kGuardByte);
  if (in_place) inputs[0].resize(size + kGuard, kGuardByte);
  Bytes& result = in_place ? inputs[0] : output;
  Bytes scratch(call.scratch_bytes + 1);
  const auto memory = [&](TensorId id) -> void* {
    if (id == graph.outputs[0]) return result.data();
    const auto found = std::find(graph.inputs.begin(), graph.inputs.end(), id);
    if (found != graph.inputs.end()) return inputs[static_cast<std::size_t>(found - graph.inputs.begin())].data();
    return const_cast<std::uint8_t*>(graph.tensor(id).data->data());
  };
  const std::vector<void*> pointers = bind_operands(call, memory, scratch.data());
  if (host) {
    std::size_t room = host->scratch_bytes + kHostAlignment;
    Bytes host_scratch(room);
    void* aligned = host_scratch.data();
    std::align(kHostAlignment, host->scratch_bytes, aligned, room);
    host->run(pointers.data(), aligned);
  } else {
    call.invoke(pointers.data());
  }
  for (std::size_t i = size; i < result.size(); ++i) EXPECT_EQ(result[i], kGuardByte) << "written beyond the output";
  result.resize(size);
  return result;
}

void expect_same(Type type, const Bytes& got, const Bytes& want) {
  if (type != Type::kFloat32) {
    ASSERT_EQ(got, want);
    return;
  }
  const auto* a = reinterpret_cast<const float*>(got.data());
  const auto* b = reinterpret_cast<const float*>(want.data());
  const std::size_t count = want.size() / sizeof(float);
  float largest = 1e-6f;
  for (std::size_t i = 0; i < count; ++i) largest = std::max(largest, std::fabs(b[i]));
  for (std::size_t i = 0; i < count; ++i) ASSERT_NEAR(a[i], b[i], largest * 1e-5f) << "element " << i;
}

/// Runs the graph's only call in all ways. Returns how many host bodies there were.
int check(const Graph& graph, Random& random, const LowerOptions& options = {}) {
  const std::vector<KernelCall> calls = op_of(graph.nodes[0]).lower(NodeView(graph, graph.nodes[0]), options);
  EXPECT_EQ(calls.size(), 1u);
  const KernelCall& call = calls[0];
  std::vector<Bytes> inputs;
  for (const TensorId id : graph.inputs) inputs.push_back(random_bytes(graph.tensor(id), random));
  const Type type = graph.tensor(graph.outputs[0]).type;
  const Bytes want = run(graph, call, inputs, nullptr);
  const bool in_place = std::find(call.in_place.begin(), call.in_place.end(), graph.inputs[0]) != call.in_place.end();
  int bodies = 0;
  for (const SimdLevel level : {SimdLevel::kPortable, SimdLevel::kAvx2, SimdLevel::kAvx512Vnni}) {
    const WithLevel with_level(level);
    if (!with_level.available() || !call.host) continue;
    const std::optional<HostKernel> host = call.host();
    if (!host) continue;
    SCOPED_TRACE("SIMD level " + std::to_string(static_cast<int>(level)));
    expect_same(type, run(graph, call, inputs, &*host), want);
    if (in_place) expect_same(type, run(graph, call, inputs, &*host, true), want);
    ++bodies;
  }
  return bodies;
}

int from_to(Random& random, int low, int high) {
  return low + static_cast<int>(random.below(static_cast<std::uint32_t>(high - low + 1)));
}

template <typename T>
const T& one_of(Random& random, const std::vector<T>& choices) {
  return choices[random.below(static_cast<std::uint32_t>(choices.size()))];
}

const std::vector<std::string> kActivations = {"NONE", "RELU", "RELU6", "RELU_N1_TO_1"};

Quantization random_quantization(Random& random) {
  return {{random.uniform(0.005f, 0.1f)}, {from_to(random, -128, 127)}, 0};
}

/// Of `channels` scales along `axis`, symmetric; sometimes so small or large that factors are very small or above 1.
Quantization channel_quantization(Random& random, int channels, int axis) {
  Quantization result{{}, std::vector<std::int64_t>(static_cast<std::size_t>(channels)), axis};
  const float largest = one_of<float>(random, {2e-2f, 2e-2f, 2e-2f, 2e-3f, 1e-4f, 1e-6f, 1e-9f, 2.0f});
  for (int i = 0; i < channels; ++i) result.scales.push_back(random.uniform(0.05f * largest, largest));
  return result;
}

TensorId random_input(GraphBuilder& builder, const Shape& shape, Type type, Random& random) {
  return builder.input(shape, type, type == Type::kFloat32 ? Quantization{} : random_quantization(random));
}

/// Filter and bias (sometimes none) for an operator with weights of `shape` and `channels` along `axis`.
void append_weights(GraphBuilder& builder, const Shape& shape, int axis, bool per_channel, Type type, Random& random,
                    std::vector<TensorId>& inputs) {
  const int channels = shape[static_cast<std::size_t>(axis)];
  Tensor sizes;
  sizes.type = type;
  sizes.shape = shape;
  const Bytes weights = random_bytes(sizes, random);
  const bool bias = random.below(4) != 0;
  if (type == Type::kFloat32) {
    const auto* floats = reinterpret_cast<const float*>(weights.data());
    inputs.push_back(builder.constant(shape, std::vector<float>(floats, floats + weights.size() / sizeof(float))));
    std::vector<float> values(static_cast<std::size_t>(channels));
    for (float& value : values) value = random.uniform(-1.0f, 1.0f);
    if (bias) inputs.push_back(builder.constant({channels}, values));
    return;
  }
  inputs.push_back(
      builder.constant(shape, Type::kInt8, weights, channel_quantization(random, per_channel ? channels : 1, axis)));
  std::vector<std::int32_t> values(static_cast<std::size_t>(channels));
  for (std::int32_t& value : values) value = from_to(random, -20000, 20000);
  if (bias) inputs.push_back(builder.constant({channels}, Type::kInt32, values));
}

/// An input and the attributes of windows that fit into it. The width is often even, for what takes pixels in groups.
struct RandomWindow {
  Shape input;
  int filter_h, filter_w;
  Attributes attributes;

  RandomWindow(Random& random, int channels, bool dilated) {
    filter_h = from_to(random, 1, 5);
    filter_w = from_to(random, 1, 5);
    const int dilation_h = dilated ? from_to(random, 1, 2) : 1;
    const int dilation_w = dilated ? from_to(random, 1, 2) : 1;
    input = {from_to(random, 1, 2), from_to(random, 1 + (filter_h - 1) * dilation_h, 14),
             from_to(random, 1 + (filter_w - 1) * dilation_w, 20), channels};
    attributes = {{"padding", one_of<std::string>(random, {"SAME", "VALID"})},
                  {"stride_h", from_to(random, 1, 3)},
                  {"stride_w", from_to(random, 1, 3)},
                  {"activation", one_of(random, kActivations)}};
    if (dilated) {
      attributes.set("dilation_h", std::int64_t{dilation_h});
      attributes.set("dilation_w", std::int64_t{dilation_w});
    } else {
      attributes.set("filter_h", std::int64_t{filter_h});
      attributes.set("filter_w", std::int64_t{filter_w});
    }
  }
};

Graph finish(GraphBuilder& builder, TensorId output, Type type, Random& random) {
  if (type != Type::kFloat32) {
    const Quantization quantization = random_quantization(random);
    builder.quantize(output, quantization.scales[0], static_cast<int>(quantization.zero_points[0]));
  }
  return builder.finish({output});
}

/// Bodies are wanted for at least this part of the cases, when the CPU has AVX2: others take the portable kernels.
void repeat(int times, double part, const std::function<int(Random&)>& one) {
  int with_bodies = 0;
  for (int i = 0; i < times && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE("case " + std::to_string(i));
    Random random(static_cast<std::uint64_t>(i));
    if (one(random) > 0) ++with_bodies;
  }
  if (simd_level() >= SimdLevel::kAvx2) {
    EXPECT_GE(with_bodies, part * times);
  }
}

class HostBodies : public testing::TestWithParam<Type> {};

TEST_P(HostBodies, Conv2d) {
  repeat(300, 0.9, [](Random& random) {
    const int channels = from_to(random, 1, 20);
    const RandomWindow window(random, channels, true);
    const int filters = one_of<int>(random, {1, 3, 4, 8, 16, 17, 40, 64, 70});
    GraphBuilder builder;
    std::vector<TensorId> inputs = {random_input(builder, window.input, GetParam(), random)};
    append_weights(builder, {filters, window.filter_h, window.filter_w, channels}, 0, true, GetParam(), random, inputs);
    return check(finish(builder, builder.node("CONV_2D", inputs, window.attributes), GetParam(), random), random);
  });
}

TEST_P(HostBodies, DepthwiseConv2d) {
  repeat(300, 0.6, [](Random& random) {
    const int channels = one_of<int>(random, {1, 3, 4, 8, 16, 17, 40, 64, 70, 128});
    const int multiplier = from_to(random, 1, 3);
    const RandomWindow window(random, channels, true);
    GraphBuilder builder;
    std::vector<TensorId> inputs = {random_input(builder, window.input, GetParam(), random)};
    append_weights(builder, {1, window.filter_h, window.filter_w, channels * multiplier}, 3, true, GetParam(), random,
                   inputs);
    const TensorId output = builder.node("DEPTHWISE_CONV_2D", inputs, window.attributes);
    return check(finish(builder, output, GetParam(), random), random);
  });
}

TEST_P(HostBodies, FullyConnected) {
  repeat(200, 0.9, [](Random& random) {
    const int depth = from_to(random, 1, 300);
    const int units = from_to(random, 1, 150);
    GraphBuilder builder;
    std::vector<TensorId> inputs = {random_input(builder, {from_to(random, 1, 3), depth}, GetParam(), random)};
    append_weights(builder, {units, depth}, 0, random.below(2) == 0, GetParam(), random, inputs);
    const TensorId output = builder.node("FULLY_CONNECTED", inputs,
                                         {{"activation", one_of(random, kActivations)},
                                          {"weights_format", std::string("DEFAULT")},
                                          {"keep_num_dims", false}});
    const Rounding rounding = random.below(4) == 0 ? Rounding::kLitert : Rounding::kTflm;
    return check(finish(builder, output, GetParam(), random), random, {.rounding = rounding});
  });
}

/// Of one input, whose quantization the output has.
Graph pool(const std::string& op, Type type, Random& random) {
  const RandomWindow window(random, from_to(random, 1, 40), false);
  GraphBuilder builder;
  const TensorId input = random_input(builder, window.input, type, random);
  const TensorId output = builder.node(op, {input}, window.attributes);
  Graph graph = builder.finish({output});
  graph.tensor(output).quantization = graph.tensor(input).quantization;
  return graph;
}

TEST_P(HostBodies, MaxPool2d) {
  repeat(200, 1.0, [](Random& random) { return check(pool("MAX_POOL_2D", GetParam(), random), random); });
}

TEST_P(HostBodies, AveragePool2d) {
  repeat(200, 1.0, [](Random& random) { return check(pool("AVERAGE_POOL_2D", GetParam(), random), random); });
}

TEST_P(HostBodies, Add) {
  repeat(300, 0.6, [](Random& random) {
    const int count = from_to(random, 1, 200);
    const bool broadcast = random.below(8) == 0;
    GraphBuilder builder;
    const TensorId a = random_input(builder, {1, 2, count}, GetParam(), random);
    const TensorId b = random_input(builder, broadcast ? Shape{count} : Shape{1, 2, count}, GetParam(), random);
    const TensorId output = builder.node("ADD", {a, b}, {{"activation", one_of(random, kActivations)}});
    return check(finish(builder, output, GetParam(), random), random);
  });
}

TEST(HybridHostBodies, Conv2d) {
  repeat(300, 0.9, [](Random& random) {
    const int channels = from_to(random, 1, 20);
    const RandomWindow window(random, channels, true);
    const int filters = one_of<int>(random, {1, 4, 8, 16, 17, 40, 70});
    GraphBuilder builder;
    const TensorId input = builder.input(window.input);
    std::vector<TensorId> inputs = {input};
    append_weights(builder, {filters, window.filter_h, window.filter_w, channels}, 0, random.below(2) == 0, Type::kInt8,
                   random, inputs);
    if (inputs.size() == 3)
      inputs[2] = builder.constant({filters}, std::vector<float>(static_cast<std::size_t>(filters), 0.5f));
    const TensorId output = builder.node("CONV_2D", inputs, window.attributes);
    return check(builder.finish({output}), random);
  });
}

INSTANTIATE_TEST_SUITE_P(Types, HostBodies, testing::Values(Type::kInt8, Type::kFloat32),
                         [](const auto& info) { return std::string(name_of(info.param)); });

}  // namespace
}  // namespace thimble
