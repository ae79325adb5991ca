// Layers row by row give the bits of layers one after the other.
#include "run/stream_runner.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "ops/graph_builder.h"
#include "run/executor.h"

namespace thimble {
namespace {

/// Random int8 networks: convolutions of all kinds, pools, branches that join again, and an end with or without a sink.
class RandomNetwork {
 public:
  explicit RandomNetwork(std::uint64_t seed) : random_(seed) {}

  Graph make() {
    const int channels = between(1, 4);
    TensorId x = quantized(builder_.input({1, between(9, 24), between(5, 12), channels}, Type::kInt8));
    const int layers = between(2, 6);
    for (int i = 0; i < layers; ++i) x = layer(x);
    return builder_.finish({end(x)});
  }

 private:
  int between(int low, int high) {
    return low + static_cast<int>(random_.below(static_cast<std::uint32_t>(high - low + 1)));
  }

  TensorId quantized(TensorId id) {
    builder_.quantize(id, 0.05F, between(-20, 20));
    return id;
  }

  TensorId weights(Shape shape, int channels, int axis) {
    std::vector<std::int8_t> values(static_cast<std::size_t>(element_count(shape)));
    for (auto& value : values) value = static_cast<std::int8_t>(between(-127, 127));
    std::vector<float> scales;
    for (int c = 0; c < channels; ++c) scales.push_back(0.001F * static_cast<float>(between(1, 9)));
    const Quantization quantization{scales, std::vector<std::int64_t>(scales.size(), 0), axis};
    return builder_.constant(std::move(shape), Type::kInt8, values, quantization);
  }

  TensorId bias(int channels) {
    std::vector<std::int32_t> values;
    for (int c = 0; c < channels; ++c) values.push_back(between(-3000, 3000));
    return builder_.constant({channels}, Type::kInt32, values);
  }

  Attributes window(int stride, bool same) {
    return {{"padding", std::string(same ? "SAME" : "VALID")},
            {"stride_h", std::int64_t{stride}},
            {"stride_w", std::int64_t{between(1, 2)}},
            {"activation", std::string(between(0, 1) == 0 ? "NONE" : "RELU")}};
  }

  TensorId convolution(TensorId x, int output, int size, int stride, bool same) {
    const int depth = builder_.shape(x)[3];
    Attributes attributes = window(stride, same);
    attributes.set("dilation_h", std::int64_t{stride == 1 ? between(1, 2) : 1});
    attributes.set("dilation_w", std::int64_t{1});
    return quantized(builder_.node("CONV_2D", {x, weights({output, size, size, depth}, output, 0), bias(output)},
                                   std::move(attributes)));
  }

  TensorId depthwise(TensorId x) {
    const int depth = builder_.shape(x)[3];
    Attributes attributes = window(between(1, 2), true);
    attributes.set("dilation_h", std::int64_t{1});
    attributes.set("dilation_w", std::int64_t{1});
    attributes.set("depth_multiplier", std::int64_t{1});
    return quantized(
        builder_.node("DEPTHWISE_CONV_2D", {x, weights({1, 3, 3, depth}, depth, 3), bias(depth)}, attributes));
  }

  TensorId pool(TensorId x) {
    Attributes attributes = window(2, between(0, 1) == 0);
    attributes.set("filter_h", std::int64_t{2});
    attributes.set("filter_w", std::int64_t{2});
    attributes.set("activation", std::string("NONE"));
    const TensorId y = builder_.node("MAX_POOL_2D", {x}, std::move(attributes));
    builder_.quantize(y, 0.05F, builder_.zero_point(x));
    return y;
  }

  /// x + convolution(x): rows of x wait for the branch.
  TensorId residual(TensorId x) {
    TensorId y = x;
    const int depth = builder_.shape(x)[3];
    for (int i = 0; i < between(1, 2); ++i) {
      Attributes attributes = window(1, true);
      attributes.set("stride_w", std::int64_t{1});
      y = quantized(builder_.node("CONV_2D", {y, weights({depth, 3, 3, depth}, depth, 0), bias(depth)}, attributes));
    }
    return quantized(builder_.node("ADD", {x, y}, {{"activation", std::string("NONE")}}));
  }

  TensorId layer(TensorId x) {
    const Shape image = builder_.shape(x);
    if (image[1] < 6 || image[2] < 5) return residual(x);
    switch (between(0, 5)) {
      case 0:
        return pool(x);
      case 1:
        return depthwise(x);
      case 2:
        return residual(x);
      case 3:
        return convolution(x, between(1, 6), 1, 1, true);
      default:
        return convolution(x, between(1, 6), between(2, 3), between(1, 2), between(0, 1) == 0);
    }
  }

  TensorId end(TensorId x) {
    const Shape image = builder_.shape(x);
    const int kind = between(0, 2);
    if (kind == 0) return x;
    if (kind == 1) {
      const TensorId axes = builder_.constant<std::int32_t>({2}, Type::kInt32, {1, 2});
      return quantized(builder_.node("MEAN", {x, axes}, {{"keep_dims", false}}));
    }
    const int depth = image[1] * image[2] * image[3];
    const TensorId flat_shape = builder_.constant<std::int32_t>({2}, Type::kInt32, {1, depth});
    const TensorId flat = builder_.node("RESHAPE", {x, flat_shape});
    builder_.quantize(flat, 0.05F, builder_.zero_point(x));
    return quantized(builder_.node("FULLY_CONNECTED", {flat, weights({7, depth}, 1, 0), bias(7)},
                                   {{"activation", std::string("NONE")}, {"keep_num_dims", false}}));
  }

  Random random_;
  GraphBuilder builder_;
};

Bytes run(const std::shared_ptr<const Executable>& executable, std::uint64_t seed) {
  Executor executor(executable);
  Bytes outputs;
  Random random(seed);
  for (int i = 0; i < 2; ++i) {  // nothing is left over from one to the next
    for (std::uint8_t& byte : executor.input(0)) byte = static_cast<std::uint8_t>(random.below(256));
    executor.invoke();
    outputs.insert(outputs.end(), executor.output(0).begin(), executor.output(0).end());
  }
  return outputs;
}

/// The bits of layers one after the other.
Bytes expected(const Graph& graph, std::uint64_t seed) {
  return run(prepare(graph, {}, {}, HostKernels::kPortable), seed);
}

TEST(Streams, GiveTheBitsOfWholeMaps) {
  int streamed = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE(seed);
    const Graph graph = RandomNetwork(seed).make();
    for (const Features features : {Features{}, Features{.dsp = true}, Features{.dsp = true, .mve = true}}) {
      const LowerOptions options{.features = features};
      auto by_rows = std::make_shared<Executable>();
      by_rows->graph = graph;
      by_rows->program = lower(graph, options);
      by_rows->plan = make_plan_with_streams(graph, by_rows->program, find_streams(graph, by_rows->program, options));
      verify(by_rows->plan, graph, by_rows->program);
      streamed += by_rows->plan.streams.empty() ? 0 : 1;
      ASSERT_EQ(run(by_rows, seed), expected(graph, seed));
    }
  }
  EXPECT_GT(streamed, 750);
}

/// Invokes twice on inputs that must be left as they were.
Bytes run_and_compare_input(const std::shared_ptr<const Executable>& executable, std::uint64_t seed) {
  Executor executor(executable);
  Random random(seed);
  Bytes outputs;
  for (int i = 0; i < 2; ++i) {
    for (std::uint8_t& byte : executor.input(0)) byte = static_cast<std::uint8_t>(random.below(256));
    const Bytes before(executor.input(0).begin(), executor.input(0).end());
    executor.invoke();
    EXPECT_EQ(Bytes(executor.input(0).begin(), executor.input(0).end()), before);
    outputs.insert(outputs.end(), executor.output(0).begin(), executor.output(0).end());
  }
  return outputs;
}

TEST(Streams, LeaveAnInputOfTheCallersAlone) {
  std::size_t in_arena = 0, of_caller = 0;
  for (std::uint64_t seed = 2000; seed < 2100; ++seed) {
    SCOPED_TRACE(seed);
    const Graph graph = RandomNetwork(seed).make();
    for (const Features features : {Features{.dsp = true}, Features{.dsp = true, .mve = true}}) {
      const LowerOptions options{.features = features};
      for (const bool by_rows : {false, true}) {
        const PlanOptions plan_options{.by_rows = by_rows, .caller = {.inputs = true}};
        const auto executable = prepare(graph, options, plan_options, HostKernels::kPortable);
        ASSERT_EQ(run_and_compare_input(executable, seed), expected(graph, seed));
        of_caller += executable->plan.arena_bytes;
        in_arena += prepare(graph, options, {.by_rows = by_rows}, HostKernels::kPortable)->plan.arena_bytes;
      }
      auto longest = std::make_shared<Executable>(Executable{graph, lower(graph, options), {}});
      longest->plan = make_plan_with_streams(
          graph, longest->program, find_streams(graph, longest->program, options, {.inputs = true}), {.inputs = true});
      verify(longest->plan, graph, longest->program);
      ASSERT_EQ(run_and_compare_input(longest, seed), expected(graph, seed));
    }
  }
  EXPECT_LT(of_caller, in_arena);
}

/// With one more output: what some node in the middle makes, which others read.
Graph with_another_output(Graph graph, std::uint64_t seed) {
  const TensorId id = graph.nodes[seed % graph.nodes.size()].outputs[0];
  if (id != graph.outputs[0]) graph.outputs.push_back(id);
  return graph;
}

std::vector<Bytes> all_outputs(const std::shared_ptr<const Executable>& executable, std::uint64_t seed) {
  Executor executor(executable);
  Random random(seed);
  std::vector<Bytes> outputs;
  for (int i = 0; i < 2; ++i) {
    for (std::uint8_t& byte : executor.input(0)) byte = static_cast<std::uint8_t>(random.below(256));
    executor.invoke();
    for (std::size_t k = 0; k < executor.graph().outputs.size(); ++k) {
      const auto output = executor.output(static_cast<int>(k));
      outputs.emplace_back(output.begin(), output.end());
    }
  }
  return outputs;
}

TEST(Streams, WriteOutputsOfTheCallers) {
  std::size_t in_arena = 0, of_caller = 0;
  for (std::uint64_t seed = 3000; seed < 3150; ++seed) {
    SCOPED_TRACE(seed);
    const Graph graph = with_another_output(RandomNetwork(seed).make(), seed);
    const std::vector<Bytes> wanted = all_outputs(prepare(graph, {}, {}, HostKernels::kPortable), seed);
    for (const Features features : {Features{.dsp = true}, Features{.dsp = true, .mve = true}}) {
      const LowerOptions options{.features = features};
      for (const CallerMemory caller : {CallerMemory{.outputs = true}, CallerMemory{.inputs = true, .outputs = true}}) {
        for (const bool by_rows : {false, true}) {
          const PlanOptions plan_options{.by_rows = by_rows, .caller = caller};
          const auto executable = prepare(graph, options, plan_options, HostKernels::kPortable);
          ASSERT_EQ(all_outputs(executable, seed), wanted);
          of_caller += executable->plan.arena_bytes;
          in_arena += prepare(graph, options, {.by_rows = by_rows}, HostKernels::kPortable)->plan.arena_bytes;
        }
        auto longest = std::make_shared<Executable>(Executable{graph, lower(graph, options), {}});
        longest->plan = make_plan_with_streams(graph, longest->program,
                                               find_streams(graph, longest->program, options, caller), caller);
        verify(longest->plan, graph, longest->program);
        ASSERT_EQ(all_outputs(longest, seed), wanted);
      }
    }
  }
  EXPECT_LT(of_caller, in_arena);
}

TEST(Streams, AreCutWhereItSavesMost) {
  int overlapping = 0;
  for (std::uint64_t seed = 1000; seed < 1060; ++seed) {
    SCOPED_TRACE(seed);
    const Graph graph = RandomNetwork(seed).make();
    const LowerOptions options{.features = {.dsp = true}};
    const auto whole = prepare(graph, options, {}, HostKernels::kPortable);
    const auto least = prepare(graph, options, {.by_rows = true}, HostKernels::kPortable);
    const std::size_t most = whole->plan.arena_bytes, fewest = least->plan.arena_bytes;
    ASSERT_LE(fewest, most);
    overlapping += least->plan.overlaps.empty() ? 0 : 1;
    ASSERT_EQ(run(least, seed), expected(graph, seed));
    const std::size_t limit = (fewest + most) / 2;
    const auto within = prepare(graph, options, {.by_rows = true, .limit = limit}, HostKernels::kPortable);
    ASSERT_LE(within->plan.arena_bytes, limit);
    ASSERT_EQ(run(within, seed), expected(graph, seed));
    if (fewest > 8) {
      const PlanOptions too_little{.by_rows = true, .limit = fewest - 8};
      ASSERT_THROW(prepare(graph, options, too_little, HostKernels::kPortable), InputError);
    }
  }
  EXPECT_GT(overlapping, 12);
}

}  // namespace
}  // namespace thimble
