#include "run/executor.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/error.h"
#include "ops/graph_builder.h"
#include "run/batch.h"

namespace thimble {
namespace {

const Attributes kPlainAdd = {{"activation", std::string("NONE")}};

/// y = (x + 1) + x
Graph sums() {
  GraphBuilder builder;
  const TensorId x = builder.input({4});
  const TensorId one = builder.constant({4}, {1, 1, 1, 1});
  const TensorId next = builder.node("ADD", {x, one}, kPlainAdd);
  return builder.finish({builder.node("ADD", {next, x}, kPlainAdd)});
}

TEST(Executor, ComputesAGraph) {
  Executor executor(prepare(sums()));
  const std::vector<float> x = {0, 1, -2, 0.5f};
  std::memcpy(executor.input(0).data(), x.data(), sizeof(float) * 4);
  executor.invoke();
  std::vector<float> y(4);
  std::memcpy(y.data(), executor.output(0).data(), sizeof(float) * 4);
  EXPECT_EQ(y, (std::vector<float>{1, 3, -3, 2}));
}

TEST(Executor, StackedInvocationsAreTheSameOnAnyNumberOfThreads) {
  std::vector<float> inputs(4 * 37);
  for (std::size_t i = 0; i < inputs.size(); ++i) inputs[i] = static_cast<float>(i) * 0.37f;
  const ByteSpan bytes(reinterpret_cast<const std::uint8_t*>(inputs.data()), inputs.size() * sizeof(float));
  const auto executable = prepare(sums());
  const std::vector<Bytes> alone = run_stacked(executable, {bytes}, 37, 1);
  EXPECT_EQ(alone, run_stacked(executable, {bytes}, 37, 2));
  EXPECT_EQ(alone, run_stacked(executable, {bytes}, 37, 5));
  float last = 0;
  std::memcpy(&last, alone[0].data() + (4 * 37 - 1) * sizeof(float), sizeof(float));
  EXPECT_FLOAT_EQ(last, 2 * inputs.back() + 1);
}

TEST(Executor, ResetSetsStateToItsQuantizedZero) {
  GraphBuilder builder;
  const TensorId x = builder.input({3}, Type::kInt8, {{0.5f}, {0}, 0});
  const TensorId state = builder.input({3}, Type::kInt8, {{0.5f}, {-7}, 0});
  const TensorId y = builder.node("ADD", {x, state}, kPlainAdd);
  builder.quantize(y, 0.5f, 0);
  Graph graph = builder.finish({y});
  graph.inputs = {x};
  graph.tensor(state).variable = true;
  Executor executor(prepare(std::move(graph)));
  for (const std::uint8_t value : executor.value(state)) EXPECT_EQ(static_cast<std::int8_t>(value), -7);
  std::memset(executor.input(0).data(), 5, 3);
  executor.invoke();
  EXPECT_EQ(static_cast<std::int8_t>(executor.output(0)[0]), 5);
}

TEST(ParallelRanges, CoversAllOnceAndPassesExceptionsOn) {
  std::vector<int> seen(100);
  parallel_ranges(100, 3, [&](std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) ++seen[i];
  });
  EXPECT_EQ(seen, std::vector<int>(100, 1));
  EXPECT_THROW(parallel_ranges(4, 2, [](std::size_t, std::size_t) { input_error("no"); }), InputError);
}

}  // namespace
}  // namespace thimble
