// Variables of .tflite files: handles in the file, tensors in the graph, state in the executor.
#include <gtest/gtest.h>

#include "base/error.h"
#include "io/tflite.h"
#include "io/tflite_variables.h"
#include "passes/pipeline.h"
#include "run/executor.h"
#include "wire/tflite.h"

namespace thimble {
namespace {

constexpr std::int32_t kAdd = 0, kCallOnce = 1, kVarHandle = 2, kReadVariable = 3, kAssignVariable = 4;

TfliteOperator handle(std::int32_t tensor) {
  return {.opcode_index = kVarHandle,
          .outputs = {tensor},
          .options = {111, OptionsTable({{0, std::string()}, {1, std::string("total")}})}};
}

/// The sum of all inputs so far: two handles of one variable, which is read, added to, and assigned; the output is what
/// was read before. `first` is what the second subgraph assigns.
TfliteModel running_sum(const std::vector<float>& first) {
  const auto bytes = std::as_bytes(std::span(first));
  const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes.data());
  TfliteModel model;
  for (const std::int32_t builtin : {0, 129, 142, 143, 144}) model.operator_codes.push_back({.builtin_code = builtin});
  const TfliteTensor value = {.name = "x", .shape = {2}};
  const TfliteTensor resource = {.name = "h", .type = kTfliteResource, .has_rank = true};
  TfliteSubgraph main;
  main.tensors = {value, resource, value, value, resource};
  main.inputs = {0};
  main.outputs = {2};
  main.operators = {
      {.opcode_index = kCallOnce, .options = {103, OptionsTable({{0, 1}})}},
      handle(1),
      {.opcode_index = kReadVariable, .inputs = {1}, .outputs = {2}, .options = {112, {}}},
      {.opcode_index = kAdd, .inputs = {2, 0}, .outputs = {3}, .options = {11, {}}},
      handle(4),
      {.opcode_index = kAssignVariable, .inputs = {4, 3}, .options = {113, {}}},
  };
  TfliteTensor constant = value;
  constant.data = SharedBytes(Bytes(begin, begin + bytes.size()));
  TfliteSubgraph once;
  once.tensors = {resource, constant};
  once.operators = {handle(0), {.opcode_index = kAssignVariable, .inputs = {0, 1}, .options = {113, {}}}};
  model.subgraphs = {main, once};
  return model;
}

void expect_running_sum(Graph graph) {
  simplify(graph);
  Executor executor(prepare(std::move(graph)));
  const auto next = [&](float x) {
    const float values[] = {x, 2 * x};
    std::memcpy(executor.input(0).data(), values, sizeof values);
    executor.invoke();
    const auto* sums = reinterpret_cast<const float*>(executor.output(0).data());
    EXPECT_EQ(sums[1], 2 * sums[0]);
    return sums[0];
  };
  EXPECT_EQ(next(1), 0);
  EXPECT_EQ(next(10), 1);
  EXPECT_EQ(next(100), 11);
  executor.reset();
  EXPECT_EQ(next(5), 0);
  EXPECT_EQ(next(5), 5);
}

TEST(Variables, AreStateOfTheGraph) { expect_running_sum(read_tflite(write_tflite(running_sum({0, 0})))); }

TEST(Variables, AreWrittenAsHandlesAgain) {
  Graph graph = read_tflite(write_tflite(running_sum({0, 0})));
  simplify(graph);
  const Bytes file = write_tflite(graph);
  const TfliteModel model = parse_tflite(file);
  ASSERT_EQ(model.subgraphs.size(), 2U);
  EXPECT_EQ(model.subgraphs[0].operators.size(), 5U);  // one handle is enough
  expect_running_sum(read_tflite(file));
}

TEST(Variables, ThatDoNotStartWithZeroAreRefused) {
  try {
    read_tflite(write_tflite(running_sum({0, 1})));
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "the variable 'total' starts with values other than zero, which is not supported");
  }
}

TEST(Variables, NeedHandles) {
  TfliteModel model = running_sum({0, 0});
  model.subgraphs[0].operators[2].inputs = {0};
  EXPECT_THROW(resolve_variables(model), InputError);
  model = running_sum({0, 0});
  model.subgraphs[0].operators[5].inputs = {4};
  EXPECT_THROW(resolve_variables(model), InputError);
  model = running_sum({0, 0});
  model.subgraphs[0].operators[0].options.table = OptionsTable({{0, 7}});
  EXPECT_THROW(resolve_variables(model), InputError);
}

}  // namespace
}  // namespace thimble
