#include "plan/plan.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "ops/graph_builder.h"

namespace thimble {
namespace {

/// The classifier of examples/mnist, up to its dense layers, with weights of zeros.
Graph mnist_like() {
  GraphBuilder builder;
  const TensorId input = builder.input({1, 28, 28, 1});
  const TensorId filter = builder.constant({8, 3, 3, 1}, std::vector<float>(72));
  const TensorId conv = builder.node("CONV_2D", {input, filter},
                                     {{"padding", std::string("VALID")},
                                      {"stride_h", std::int64_t{1}},
                                      {"stride_w", std::int64_t{1}},
                                      {"activation", std::string("RELU")}});
  const TensorId pool = builder.node("MAX_POOL_2D", {conv},
                                     {{"padding", std::string("VALID")},
                                      {"filter_h", std::int64_t{2}},
                                      {"filter_w", std::int64_t{2}},
                                      {"stride_h", std::int64_t{2}},
                                      {"stride_w", std::int64_t{2}},
                                      {"activation", std::string("NONE")}});
  const TensorId shape = builder.constant<std::int32_t>({2}, Type::kInt32, {1, 1352});
  const TensorId flat = builder.node("RESHAPE", {pool, shape});
  return builder.finish({flat});
}

TEST(Plan, ReusesMemoryAndLeavesReshapeOut) {
  const Graph graph = mnist_like();
  const Program program = lower(graph);
  const Plan plan = make_plan(graph, program);
  verify(plan, graph, program);
  // Convolution and pooling are alive together; the input is dead by then, and the reshape shares the pool's memory.
  EXPECT_EQ(plan.arena_bytes, 4u * (26 * 26 * 8 + 13 * 13 * 8));
  EXPECT_EQ(plan.elided, (std::vector<bool>{false, false, true}));
}

TEST(Plan, WithoutReuseEveryTensorHasItsOwnPlace) {
  const Graph graph = mnist_like();
  const Program program = lower(graph);
  const Plan plan = make_plan(graph, program, {.reuse = false});
  verify(plan, graph, program);
  EXPECT_GE(plan.arena_bytes, 4u * (784 + 26 * 26 * 8 + 2 * 13 * 13 * 8));
  EXPECT_EQ(plan.elided, (std::vector<bool>{false, false, false}));
}

/// A program of copies with random operands: the planner looks at nothing else.
Program random_program(Random& random, Graph& graph) {
  const int tensors = 12;
  for (int i = 0; i < tensors; ++i) {
    Tensor tensor;
    tensor.name = "t" + std::to_string(i);
    tensor.type = Type::kInt8;
    tensor.shape = {static_cast<int>(1 + random.below(100))};
    graph.add(std::move(tensor));
  }
  graph.inputs = {0};
  graph.outputs = {tensors - 1};
  Program program;
  for (int i = 1; i < tensors; ++i) {
    KernelCall call;
    const auto source = static_cast<TensorId>(random.below(static_cast<std::uint32_t>(i)));
    call.operands = {in(source), in(i - 1), out(i)};
    if (random.below(2) == 0) call.in_place = {source};
    call.scratch_bytes = random.below(3) == 0 ? random.below(50) : 0;
    program.push_back({0, std::move(call)});
  }
  return program;
}

TEST(Plan, NeverPutsTwoLivingTensorsInOnePlace) {
  Random random(7);
  for (int round = 0; round < 300; ++round) {
    Graph graph;
    const Program program = random_program(random, graph);
    const Plan plan = make_plan(graph, program);
    verify(plan, graph, program);
    // Independently of the plan's own account of lives: run it on labels and see that each read finds what was written.
    std::vector<int> memory(plan.arena_bytes, -1);
    const auto place = [&](TensorId id) {
      return static_cast<std::size_t>(plan.tensor_offsets[static_cast<std::size_t>(id)]);
    };
    const auto fill = [&](TensorId id) {
      for (std::size_t i = 0; i < graph.tensor(id).bytes(); ++i) memory[place(id) + i] = id;
    };
    const auto check = [&](TensorId id) {
      for (std::size_t i = 0; i < graph.tensor(id).bytes(); ++i)
        ASSERT_EQ(memory[place(id) + i], id) << "round " << round;
    };
    fill(0);
    for (std::size_t step = 0; step < program.size(); ++step) {
      check(program[step].call.operands[0].index);
      check(program[step].call.operands[1].index);
      if (plan.scratch_offsets[step] >= 0) {
        for (std::size_t i = 0; i < program[step].call.scratch_bytes; ++i) {
          memory[static_cast<std::size_t>(plan.scratch_offsets[step]) + i] = -2;
        }
        check(program[step].call.operands[0].index);
      }
      fill(program[step].call.operands[2].index);
    }
    check(graph.outputs[0]);
  }
}

TEST(Plan, StateLivesThroughout) {
  GraphBuilder builder;
  const TensorId a = builder.input({64});
  const TensorId b = builder.input({64});
  const TensorId sum = builder.node("ADD", {a, b}, {{"activation", std::string("NONE")}});
  const TensorId twice = builder.node("ADD", {sum, sum}, {{"activation", std::string("NONE")}});
  Graph graph = builder.finish({twice});
  graph.inputs = {a};
  graph.tensor(b).variable = true;
  const Program program = lower(graph);
  const Plan plan = make_plan(graph, program);
  verify(plan, graph, program);
  for (const Allocation& allocation : plan.allocations) {
    if (allocation.tensors == std::vector<TensorId>{b}) {
      EXPECT_EQ(allocation.first, -1);
      EXPECT_EQ(allocation.last, 2);
      return;
    }
  }
  FAIL() << "the state shares its place";
}

}  // namespace
}  // namespace thimble
