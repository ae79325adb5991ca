// Constants that are unpacked before use: the same outputs, and no more memory than allowed.
#include "plan/unpack.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "ops/graph_builder.h"
#include "run/executor.h"

namespace thimble {
namespace {

constexpr int kChannels = 48;

std::vector<std::int8_t> weights(Random& random, int count, int most) {
  std::vector<std::int8_t> values(static_cast<std::size_t>(count));
  for (std::int8_t& value : values) {
    value = static_cast<std::int8_t>(static_cast<int>(random.below(static_cast<std::uint32_t>(2 * most + 1))) - most);
  }
  return values;
}

/// Three pointwise convolutions and a residual sum; weights from -most to most.
Graph network(int most) {
  Random random(7);
  GraphBuilder builder;
  TensorId last = builder.input({1, 6, 6, kChannels}, Type::kInt8, {{0.05f}, {-7}, 0});
  const TensorId first = last;
  for (int layer = 0; layer < 3; ++layer) {
    const TensorId filter = builder.constant({kChannels, 1, 1, kChannels}, Type::kInt8,
                                             weights(random, kChannels * kChannels, most), {{0.004f}, {0}, 0});
    const TensorId bias =
        builder.constant({kChannels}, Type::kInt32, std::vector<std::int32_t>(kChannels, layer), {{0.0002f}, {0}, 0});
    last = builder.node("CONV_2D", {last, filter, bias},
                        {{"padding", std::string("SAME")},
                         {"stride_h", std::int64_t{1}},
                         {"stride_w", std::int64_t{1}},
                         {"activation", std::string("RELU")}});
    builder.quantize(last, 0.03f, -128);
  }
  last = builder.node("ADD", {last, first}, {{"activation", std::string("NONE")}});
  builder.quantize(last, 0.07f, 3);
  return builder.finish({last});
}

std::shared_ptr<const Executable> prepared(const Graph& graph, const PlanOptions& options) {
  return prepare(graph, {.features = {.dsp = true}}, options, HostKernels::kPortable);
}

Bytes output_of(const std::shared_ptr<const Executable>& executable) {
  Executor executor(executable);
  Random random(3);
  for (std::uint8_t& byte : executor.input(0)) byte = static_cast<std::uint8_t>(random.below(256));
  executor.invoke();
  const auto output = executor.output(0);
  return {output.begin(), output.end()};
}

std::ptrdiff_t unpacked(const Executable& executable) {
  return std::ranges::count_if(executable.program,
                               [](const Step& step) { return step.call.symbol == "thimble_unpack"; });
}

std::size_t constant_bytes(const Executable& executable) {
  std::size_t bytes = 0;
  for (const Step& step : executable.program) {
    for (const KernelConstant& constant : step.call.constants) bytes += constant.data->size();
  }
  return bytes;
}

TEST(Unpack, KeepsTheBitsWithinTheLimit) {
  const Graph graph = network(7);
  const auto plain = prepared(graph, {});
  const Bytes expected = output_of(plain);
  std::ptrdiff_t fewer = 0;
  for (const std::size_t more : {std::size_t{0}, std::size_t{500}, std::size_t{2000}, std::size_t{9000}}) {
    const std::size_t limit = plain->plan.arena_bytes + more;
    const auto packed = prepared(graph, {.limit = limit, .unpack = true});
    EXPECT_EQ(output_of(packed), expected);
    EXPECT_LE(packed->plan.arena_bytes, limit);
    EXPECT_GE(unpacked(*packed), fewer);
    fewer = unpacked(*packed);
  }
  EXPECT_GE(fewer, 3) << "all filters fit";
  const auto all = prepared(graph, {.limit = std::size_t{1} << 20, .unpack = true});
  EXPECT_LT(constant_bytes(*all), constant_bytes(*plain) * 6 / 10);
}

TEST(Unpack, TakesNoMoreMemoryWithoutALimit) {
  const Graph graph = network(7);
  const auto plain = prepared(graph, {});
  const auto packed = prepared(graph, {.unpack = true});
  EXPECT_LE(packed->plan.arena_bytes, plain->plan.arena_bytes);
  EXPECT_EQ(output_of(packed), output_of(plain));
}

TEST(Unpack, LeavesWhatDoesNotPay) {
  const auto packed = prepared(network(127), {.limit = std::size_t{1} << 20, .unpack = true});
  const auto has_filter = [](const Step& step) {
    return std::ranges::any_of(step.call.constants, [](const KernelConstant& constant) {
      return constant.data->size() == std::size_t{kChannels * kChannels};
    });
  };
  EXPECT_EQ(std::ranges::count_if(packed->program, has_filter), 3);
}

}  // namespace
}  // namespace thimble
