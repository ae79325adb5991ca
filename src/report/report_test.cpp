#include "report/report.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace thimble {
namespace {

EvalResult evaluation(const std::string& model, const std::string& format, const std::string& type) {
  EvalResult result;
  result.model = model;
  result.format = format;
  result.weights_type = type;
  result.data = "data/mnist:test";
  result.file_bytes = type == "int8" ? 25'000 : 250'000;
  result.weights_bytes = 22'000;
  result.arena_bytes = 6'000;
  result.samples = 3;
  result.macs = 1'000;
  result.accuracy = type == "int8" ? 0.97 : 0.98;
  result.host_us = 50;
  result.confusion = {{1, 1}, {0, 1}};
  result.mistakes = {{2, 0, 1, 0.75}};
  return result;
}

ReportInput full_input() {
  ReportInput input;
  input.results.history = {{0.5, 0.8, 0.4, 0.9, 1.0}, {0.3, 0.9, 0.2, 0.95, 1.0}};
  input.results.evaluations = {evaluation("out/model.keras", "keras", "float32"),
                               evaluation("out/int8.tflite", "tflite", "int8")};
  BenchResult bench;
  bench.model = "out/int8.tflite";
  bench.board = "m4";
  bench.title = "Arm Cortex-M4 (QEMU mps2-an386)";
  bench.instructions = 15'750;
  bench.invocations = 200;
  bench.weights_bytes = 22'000;
  bench.code_bytes = 4'000;
  bench.firmware_bytes = 28'000;
  bench.ram_bytes = 6'500;
  bench.stack_bytes = 300;
  bench.bits_equal = true;
  bench.functions = {{"thimble_conv_2d_s8", 15'000}};
  bench.layers = {{"CONV_2D + MAX_POOL_2D", "1x13x13x8", 1'000, 1'520, 88, 234}};
  bench.shared_code = {{.name = "shared_kernel", .shape = "", .code_bytes = 3'700, .layers = 2}};
  bench.debug_command = "gdb-multiarch -ex 'target remote | qemu'";
  input.results.benches = {bench};
  input.effort.recipe = "recipe.toml";
  input.effort.recipe_lines = 20;
  input.data.sample_shape = {1, 2, 1};
  input.data.bytes = {0, 1, 2, 3, 4, 5};
  input.data.labels = {0, 1, 0};
  return input;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Report, ComparesTheForms) {
  const Report report = make_report(full_input());
  EXPECT_TRUE(has(report.text, "10.0 x"));        // 250 kB against 25 kB
  EXPECT_TRUE(has(report.text, "-1.00 points"));  // of accuracy
  EXPECT_TRUE(has(report.text, "15.75"));         // instructions for each multiply-accumulate
  EXPECT_TRUE(has(report.text, "6,800"));         // bytes of RAM with the stack
  EXPECT_TRUE(has(report.text, "equal bit for bit"));
  EXPECT_TRUE(has(report.text, "20 of recipe (recipe.toml)"));
  const std::string& markdown = report.files.at("report.md");
  EXPECT_TRUE(has(markdown, "# Thimble report: int8.tflite on Arm Cortex-M4"));
  EXPECT_TRUE(has(markdown, "| 1x13x13x8 | 1,000 | 1,520 | 1.52 | 88 | 234 |"));
  EXPECT_TRUE(has(markdown, "shared\\_kernel and what 2 layers share with it")) << markdown;
  EXPECT_TRUE(has(markdown, "thimble train recipe.toml -o out\n"));
  EXPECT_TRUE(has(markdown, "--calibrate data/mnist\n"));  // never the test samples
  EXPECT_TRUE(has(markdown, "gdb-multiarch -ex 'target remote | qemu'"));
}

TEST(Report, PageNeedsNothingElse) {
  const std::string page = make_report(full_input()).files.at("index.html");
  EXPECT_FALSE(has(page, "<script"));
  EXPECT_FALSE(has(page, "{{"));
  EXPECT_FALSE(has(page, "src=\"http"));
  EXPECT_FALSE(has(page, "href=\"http"));
  EXPECT_FALSE(has(page, "@import"));
  EXPECT_TRUE(has(page, "data:image/png;base64,"));
  EXPECT_TRUE(has(page, "<b>0 → 1</b> 75 %"));
  for (const char* id : {"size", "accuracy", "memory", "performance", "effort"}) {
    EXPECT_TRUE(has(page, std::string("<section id=\"") + id + "\">")) << id;
  }
}

TEST(Report, HostileNamesStayText) {
  ReportInput input = full_input();
  const std::string bad = "</title><script>alert('{{style}}')</script>";
  for (EvalResult& one : input.results.evaluations) one.model = one.format = one.weights_type = one.data = bad;
  BenchResult& bench = input.results.benches[0];
  bench.model = bench.title = bench.board = bench.debug_command = bad;
  bench.functions[0].first = bench.layers[0].name = bench.layers[0].shape = bench.shared_code[0].name = bad;
  input.effort.recipe = bad;
  const std::string page = make_report(input).files.at("index.html");
  EXPECT_FALSE(has(page, "<script"));
  EXPECT_TRUE(has(page, "alert(&#39;{{style}}&#39;)"));
}

TEST(Report, TakesWhatThereIs) {
  ReportInput history;
  history.results.history = full_input().results.history;
  EXPECT_TRUE(has(make_report(history).files.at("index.html"), "after each epoch"));
  ReportInput bench;
  bench.results.benches = full_input().results.benches;
  EXPECT_TRUE(has(make_report(bench).text, "15,750"));
  ReportInput evaluation;
  evaluation.results.evaluations = {full_input().results.evaluations[1]};
  EXPECT_TRUE(has(make_report(evaluation).text, "97.00 %"));
  EXPECT_THROW(make_report({}), InputError);
}

TEST(Effort, CountsLinesAndHeaders) {
  const TemporaryFolder folder;
  FileSystem& files = real_file_system();
  files.write(folder.path() / "recipe.toml", "[data]\n\n  \t\npath = 1\r\n# all\n");
  const FileSet package = {{"model.c", "#include <string.h>\n#include \"model.h\"\nint a;\n"},
                           {"model.h", "#include <stdint.h>\n"},
                           {"weights.c", "1,\n2,\n\n3\n"},
                           {"kernels/conv.c", "#include <string.h>\nint k;"},
                           {"main.c", "#include <stdio.h>\n"},
                           {"Makefile", "a:\n\tb\n"},
                           {"notes.txt", "x\n"}};
  files.write_all(folder.path() / "package", package);
  const Effort effort = measure_effort(files, folder.path() / "recipe.toml", folder.path() / "package");
  EXPECT_EQ(effort.recipe_lines, 3U);
  EXPECT_EQ(effort.model_lines, 4U);
  EXPECT_EQ(effort.weight_lines, 3U);
  EXPECT_EQ(effort.kernel_lines, 2U);
  EXPECT_EQ(effort.build_lines, 2U);
  EXPECT_EQ(effort.package_files, 6U);
  EXPECT_EQ(effort.headers, (std::vector<std::string>{"stdint.h", "string.h"}));
  EXPECT_THROW(measure_effort(files, {}, folder.path() / "missing"), InputError);
  EXPECT_THROW(measure_effort(files, folder.path() / "missing", {}), InputError);
}

}  // namespace
}  // namespace thimble
