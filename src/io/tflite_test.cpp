// .tflite files that we write: what is read back is what was written, for every operator.
#include "io/tflite.h"

#include <gtest/gtest.h>

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

TEST(TfliteRead, AnUnknownVersionIsRefused) {
  EXPECT_NE(error_of(one_operator(3, 99)).find("CONV_2D has version 99, only 1 to 8 are known"), std::string::npos);
  EXPECT_NE(error_of(one_operator(3, 0)).find("CONV_2D has version 0"), std::string::npos);
}

}  // namespace
}  // namespace thimble
