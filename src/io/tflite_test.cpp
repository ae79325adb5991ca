// .tflite files that we write: what is read back is what was written, for every operator.
#include "io/tflite.h"

#include <gtest/gtest.h>

#include <limits>
#include <map>

#include "ops/golden_testing.h"
#include "wire/tflite.h"

namespace thimble {
namespace {

const std::filesystem::path kOps = THIMBLE_SOURCE_DIR "/src/ops";

/// As a file holds it.
std::string text_of(const AttributeValue& value) {
  const double* real = std::get_if<double>(&value);
  return real ? to_string(double{static_cast<float>(*real)}) : to_string(value);
}

class RoundTrip : public testing::TestWithParam<std::string> {};

TEST_P(RoundTrip, KeepsTheModel) {
  for (const GoldenCase& golden : golden_cases(kOps, GetParam())) {
    SCOPED_TRACE(golden.name);
    const Graph graph = graph_of(golden);
    const Graph again = read_tflite(write_tflite(graph));
    ASSERT_EQ(again.nodes.size(), 1U);
    EXPECT_EQ(again.nodes[0].op, graph.nodes[0].op);
    EXPECT_EQ(again.nodes[0].inputs, graph.nodes[0].inputs);
    EXPECT_EQ(again.nodes[0].outputs, graph.nodes[0].outputs);
    for (const auto& [name, value] : graph.nodes[0].attributes) {
      const Attributes& kept = again.nodes[0].attributes;
      const auto found = std::ranges::find(kept, name, [](const auto& entry) { return entry.first; });
      ASSERT_NE(found, kept.end()) << name;
      EXPECT_EQ(text_of(found->second), text_of(value)) << name;
    }
    EXPECT_EQ(again.inputs, graph.inputs);
    EXPECT_EQ(again.outputs, graph.outputs);
    for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
      const Tensor &before = graph.tensors[i], &after = again.tensors[i];
      EXPECT_EQ(after.type, before.type);
      EXPECT_EQ(after.shape, before.shape);
      EXPECT_EQ(after.quantization, before.quantization);
      EXPECT_EQ(after.variable, before.variable);
      ASSERT_EQ(after.constant(), before.constant()) << i;
      if (before.constant()) {
        EXPECT_EQ(*after.data, *before.data);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Operators, RoundTrip, testing::ValuesIn(folders_with_goldens(kOps)),
                         [](const auto& info) { return info.param; });

GoldenCase case_named(const std::string& folder, const std::string& name) {
  for (const GoldenCase& golden : golden_cases(kOps, folder)) {
    if (golden.name == name) return golden;
  }
  throw InternalError("no golden case is called " + name);
}

TEST(TfliteWrite, AnIntegerLstmHasTheIntermediatesThatLiteRtNeeds) {
  const Graph graph = graph_of(case_named("unidirectional_sequence_lstm", "int8"));
  const TfliteModel model = parse_tflite(write_tflite(graph));
  const TfliteSubgraph& subgraph = model.subgraphs[0];
  const std::vector<std::int32_t>& intermediates = subgraph.operators[0].intermediates;
  ASSERT_EQ(intermediates.size(), 5U);
  const auto hidden = static_cast<std::size_t>(graph.nodes[0].inputs[18]);
  EXPECT_EQ(subgraph.tensors[static_cast<std::size_t>(intermediates[4])].quantization,
            subgraph.tensors[hidden].quantization);
}

std::string error_of(const TfliteModel& model) {
  try {
    read_tflite(write_tflite(model));
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TfliteModel one_operator(int builtin, int version) {
  TfliteModel model;
  model.operator_codes = {{builtin, "", version}};
  model.subgraphs.emplace_back().operators.emplace_back();
  return model;
}

TEST(TfliteRead, AnUnsupportedOperatorIsNamed) {
  EXPECT_NE(error_of(one_operator(114, 1)).find("operator 0: QUANTIZE"), std::string::npos) << "it is supported";
  EXPECT_NE(error_of(one_operator(119, 1)).find("operator 0: WHILE is not supported"), std::string::npos);
  EXPECT_NE(error_of(one_operator(206, 1)).find("STABLEHLO_COMPOSITE is not supported"), std::string::npos);
  EXPECT_NE(error_of(one_operator(999, 1)).find("builtin operator 999 is not supported"), std::string::npos);
}

/// As numbered in TFLite's schema (its unions keep their order for ever).
TEST(Tflite, OptionsHaveTheirNumbersInTheSchema) {
  // clang-format off
  const std::map<int, int> numbers = {
      {0, 11}, {1, 5}, {2, 10}, {3, 1}, {4, 2}, {5, 94}, {6, 38}, {7, 0}, {8, 0}, {9, 8}, {11, 12}, {12, 5}, {14, 0},
      {17, 5}, {18, 21}, {19, 0}, {21, 0}, {22, 17}, {23, 15}, {25, 9}, {26, 19}, {27, 6}, {28, 0}, {34, 22},
      {36, 23}, {37, 24}, {38, 25}, {39, 26}, {40, 27}, {41, 28}, {42, 29}, {43, 30}, {44, 71}, {45, 32}, {47, 33},
      {49, 35}, {50, 36}, {53, 37}, {54, 0}, {55, 39}, {56, 40}, {57, 39}, {58, 41}, {59, 42}, {60, 43}, {61, 44},
      {62, 45}, {63, 46}, {65, 48}, {66, 0}, {67, 49}, {69, 51}, {70, 52}, {71, 53}, {72, 54}, {73, 0}, {74, 27},
      {75, 0}, {76, 0}, {77, 55}, {78, 56}, {79, 57}, {81, 27}, {82, 27}, {83, 59}, {84, 60}, {85, 61}, {86, 62},
      {87, 63}, {88, 64}, {89, 27}, {91, 27}, {92, 66}, {93, 67}, {94, 68}, {97, 74}, {98, 75}, {99, 76}, {100, 77},
      {101, 78}, {104, 0}, {105, 81}, {107, 83}, {108, 84}, {111, 0}, {114, 89}, {116, 0}, {117, 91}, {123, 98},
      {126, 101}, {128, 102}, {130, 104}, {140, 27}, {143, 112}, {144, 113}, {150, 116}};
  // clang-format on
  for (const Op* op : all_ops()) {
    const TfliteCodec& codec = op->tflite;
    if (codec.builtin < 0 || codec.options_2) continue;
    ASSERT_TRUE(numbers.contains(codec.builtin)) << op->name;
    EXPECT_EQ(codec.options_type, numbers.at(codec.builtin)) << op->name;
  }
}

/// The converter's int16x8 models: weights that are all zero have the scale 0, which makes others infinite.
TEST(TfliteRead, ConstantsOfNothingMayHaveAnInfiniteScale) {
  Graph graph = graph_of(case_named("conv_2d", "int16, a channel without a scale"));
  const auto weights = static_cast<std::size_t>(graph.nodes[0].inputs[1]);
  graph.tensors[weights].quantization.scales[1] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(read_tflite(write_tflite(graph)).tensors[weights].quantization.scales[1], 0.0f);
}

TEST(TfliteRead, AnUnknownVersionIsRefused) {
  EXPECT_NE(error_of(one_operator(3, 99)).find("CONV_2D has version 99, only 1 to 8 are known"), std::string::npos);
  EXPECT_NE(error_of(one_operator(3, 0)).find("CONV_2D has version 0"), std::string::npos);
}

}  // namespace
}  // namespace thimble
