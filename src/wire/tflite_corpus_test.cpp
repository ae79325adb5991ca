// The reader and writer on hundreds of real models, where they are there.
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "base/error.h"
#include "wire/tflite_testing.h"

namespace thimble {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> models() {
  std::vector<fs::path> found;
  const fs::path corpus = fs::path(THIMBLE_SOURCE_DIR) / "../shared/corpus";
  if (!fs::is_directory(corpus)) return found;
  for (const auto& entry : fs::recursive_directory_iterator(corpus)) {
    if (entry.path().extension() == ".tflite") found.push_back(entry.path());
  }
  std::ranges::sort(found);
  return found;
}

void expect_same(const TfliteOperator& a, const TfliteOperator& b) {
  EXPECT_EQ(a.opcode_index, b.opcode_index);
  EXPECT_EQ(a.inputs, b.inputs);
  EXPECT_EQ(a.outputs, b.outputs);
  EXPECT_EQ(a.intermediates, b.intermediates);
  EXPECT_EQ(a.mutating_variable_inputs, b.mutating_variable_inputs);
  EXPECT_EQ(a.custom_options, b.custom_options);
  EXPECT_EQ(a.options.type, b.options.type);
  EXPECT_EQ(made_from(a.options).fields(), made_from(b.options).fields());
}

void expect_same(const TfliteModel& a, const TfliteModel& b) {
  EXPECT_EQ(a.description, b.description);
  EXPECT_EQ(a.operator_codes, b.operator_codes);
  ASSERT_EQ(a.subgraphs.size(), b.subgraphs.size());
  for (std::size_t g = 0; g < a.subgraphs.size(); ++g) {
    EXPECT_EQ(a.subgraphs[g].name, b.subgraphs[g].name);
    EXPECT_EQ(a.subgraphs[g].tensors, b.subgraphs[g].tensors);
    EXPECT_EQ(a.subgraphs[g].inputs, b.subgraphs[g].inputs);
    EXPECT_EQ(a.subgraphs[g].outputs, b.subgraphs[g].outputs);
    ASSERT_EQ(a.subgraphs[g].operators.size(), b.subgraphs[g].operators.size());
    for (std::size_t i = 0; i < a.subgraphs[g].operators.size(); ++i) {
      expect_same(a.subgraphs[g].operators[i], b.subgraphs[g].operators[i]);
    }
  }
}

TEST(TfliteCorpus, EveryModelIsReadAndWrittenUnchanged) {
  const std::vector<fs::path> files = models();
  if (files.empty()) GTEST_SKIP() << "no models in ../shared/corpus";
  for (const fs::path& path : files) {
    SCOPED_TRACE(path);
    const Bytes file = real_file_system().read(path);
    const TfliteModel model = parse_tflite(file);
    const Bytes written = write_tflite(writable(model));
    EXPECT_LE(written.size(), file.size());
    expect_same(model, parse_tflite(written));
  }
}

TEST(TfliteCorpus, DamagedModelsAreRefusedOrRead) {
  const std::vector<fs::path> files = models();
  if (files.empty()) GTEST_SKIP() << "no models in ../shared/corpus";
  std::mt19937 random(4);
  const auto survive = [](Bytes file) {
    try {
      writable(parse_tflite(std::move(file)));
    } catch (const InputError&) {
    }
  };
  for (const fs::path& path : files) {
    const Bytes file = real_file_system().read(path);
    if (file.size() > 10'000) continue;
    for (std::size_t size = 0; size < file.size(); size += 64) {
      survive(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)));
    }
    for (int i = 0; i < 100; ++i) {
      Bytes changed = file;
      changed[random() % file.size()] = static_cast<std::uint8_t>(random());
      survive(std::move(changed));
    }
  }
}

}  // namespace
}  // namespace thimble
