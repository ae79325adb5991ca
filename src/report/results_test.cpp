#include "report/results.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace thimble {
namespace {

constexpr std::string_view kEvaluation = R"({
  "model": "out/int8.tflite", "format": "tflite", "weights_type": "int8", "data": "mnist:test", "file_bytes": 25000,
  "loss": 0.07, "accuracy": 0.75, "samples": 4, "seconds": 0.1, "threads": 2, "host_us_per_inference": 50.5,
  "arena_bytes": 6000, "weights_bytes": 22000, "parameters": 21000, "macs": 70000, "confusion": [[1, 1], [0, 2]],
  "misclassified": [{"index": 3, "label": 0, "predicted": 1, "score": 0.9}]})";

constexpr std::string_view kBench = R"([{"model": "m.tflite", "board": "m4", "optimize": "size", "instructions": 1000,
  "weights_bytes": 10, "code_bytes": 20, "board_bytes": 30, "ram_bytes": 40, "stack_bytes": 50, "invocations": 200,
  "bits_equal": true, "by_function": {"small": 1, "large": 900}}])";

std::string with(std::string_view text, const std::string& from, const std::string& to) {
  std::string changed(text);
  changed.replace(changed.find(from), from.size(), to);
  return changed;
}

std::string message_of(const std::string& text) {
  Results results;
  try {
    add_results(results, text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Results, ReadsAnEvaluation) {
  Results results;
  add_results(results, kEvaluation);
  ASSERT_EQ(results.evaluations.size(), 1U);
  const EvalResult& evaluation = results.evaluations[0];
  EXPECT_EQ(evaluation.model, "out/int8.tflite");
  EXPECT_EQ(evaluation.file_bytes, 25000U);
  EXPECT_EQ(evaluation.macs, 70000U);
  EXPECT_DOUBLE_EQ(evaluation.host_us, 50.5);
  EXPECT_EQ(evaluation.confusion[0][1], 1U);
  ASSERT_EQ(evaluation.mistakes.size(), 1U);
  EXPECT_EQ(evaluation.mistakes[0].index, 3U);
  EXPECT_EQ(evaluation.mistakes[0].predicted, 1U);
}

TEST(Results, LeavesOutTimesOnTheHost) {
  Results results;
  add_results(results, R"([{"model": "m.tflite", "board": "host", "microseconds": 5.5}])");
  EXPECT_TRUE(results.benches.empty());
}

TEST(Results, ReadsMeasurementsWithTheLargestFunctionFirst) {
  Results results;
  add_results(results, kBench);
  add_results(results, kBench);
  ASSERT_EQ(results.benches.size(), 2U);
  const BenchResult& bench = results.benches[1];
  EXPECT_EQ(bench.title, "m4");
  EXPECT_EQ(bench.firmware_bytes, 60U);
  EXPECT_EQ(bench.functions[0].first, "large");
  EXPECT_EQ(bench.functions[0].second, 900U);
  EXPECT_TRUE(bench.bits_equal);
}

TEST(Results, ReadsBothFormsOfAHistory) {
  Results list, lists;
  add_results(list, R"([{"epoch": 1, "loss": 1, "accuracy": 0.5, "val_loss": 2, "val_accuracy": 0.25},
                        {"epoch": 2, "loss": 3, "accuracy": 0.5, "val_loss": 4, "val_accuracy": 0.75}])");
  add_results(lists, R"({"loss": [1, 3], "accuracy": [0.5, 0.5], "val_loss": [2, 4], "val_accuracy": [0.25, 0.75]})");
  for (const Results& results : {list, lists}) {
    ASSERT_EQ(results.history.size(), 2U);
    EXPECT_EQ(results.history[1].loss, 3);
    EXPECT_EQ(results.history[1].val_accuracy, 0.75);
  }
}

TEST(Results, SaysWhatIsWrongInOneLine) {
  EXPECT_NE(message_of("{\"accuracy\": 1, ").find("is not JSON"), std::string::npos);
  EXPECT_NE(message_of("[1e999]").find("out of range"), std::string::npos);
  for (const char* text : {"", "{}", "[]", "[1]", "[{}]", "3", "null", "\"text\""}) {
    const std::string message = message_of(text);
    EXPECT_NE(message.find("give files that thimble"), std::string::npos) << text << ": " << message;
    EXPECT_EQ(message.find('\n'), std::string::npos);
  }
  EXPECT_NE(message_of(with(kEvaluation, "\"loss\": 0.07,", "")).find("has no 'loss'"), std::string::npos);
  EXPECT_NE(message_of(with(kEvaluation, "25000", "-1")).find("no count"), std::string::npos);
  EXPECT_NE(message_of(with(kEvaluation, "25000", "2.5")).find("no count"), std::string::npos);
  EXPECT_NE(message_of(with(kEvaluation, "25000", "1e300")).find("no count"), std::string::npos);
  EXPECT_NE(message_of(with(kEvaluation, "\"out/int8.tflite\"", "[]")).find("not text"), std::string::npos);
  EXPECT_NE(message_of(with(kEvaluation, "[0, 2]", "[0]")).find("not square"), std::string::npos);
  EXPECT_NE(message_of(with(kEvaluation, "[0, 2]", "[0, -2]")).find("no count"), std::string::npos);
  EXPECT_NE(message_of(with(kBench, "true", "1")).find("neither true nor false"), std::string::npos);
  EXPECT_NE(message_of(with(kBench, "[{", "[3, {")).find("no results"), std::string::npos);
}

TEST(Results, ReadsLayersAndTheCodeThatTheyShare) {
  const std::string layers =
      with(kBench, R"("bits_equal")",
           R"("by_layer": [{"op": "ADD", "shape": [1, 26], "macs": 0, "instructions": 900, "weights_bytes": 3,
      "code_bytes": 12}], "between_layers": 5, "shared_code": [{"layers": [0, 2], "code_bytes": 7, "names": ["f", "g"]}],
      "other_code_bytes": 1, "bits_equal")");
  Results results;
  add_results(results, layers);
  const BenchResult& bench = results.benches.at(0);
  EXPECT_EQ(bench.layers.at(0).shape, "1x26");
  EXPECT_EQ(bench.layers.at(0).code_bytes, 12U);
  EXPECT_EQ(bench.shared_code.at(0).name, "f");
  EXPECT_EQ(bench.shared_code.at(0).layers, 2U);
  EXPECT_EQ(bench.other_code_bytes, 1U);
  EXPECT_NE(message_of(with(layers, "[1, 26]", "[-1]")).find("no size"), std::string::npos);
  EXPECT_NE(message_of(with(layers, R"(["f", "g"])", "[]")).find("holds no names"), std::string::npos);
}

}  // namespace
}  // namespace thimble
