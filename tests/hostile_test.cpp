// Model files that lie: every fault ends in an InputError, never in a crash, and quickly. Run under the sanitizers too
// (asan preset).
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "base/error.h"
#include "base/random.h"
#include "hostile.h"
#include "wire/tflite.h"

namespace thimble {
namespace {

namespace fs = std::filesystem;

/// True if the file was accepted.
bool accepts(Bytes file) {
  try {
    try_model(std::move(file));
    return true;
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    return false;
  }
}

std::vector<fs::path> models() {
  std::vector<fs::path> result = {fs::path(THIMBLE_SOURCE_DIR) / "tests/golden/conv_dense_int8.tflite"};
  const fs::path corpus = fs::path(THIMBLE_SOURCE_DIR) / "../shared/corpus/ops";
  if (fs::exists(corpus)) {
    for (const auto& entry : fs::directory_iterator(corpus)) {
      if (entry.path().filename().string().find("_0_") != std::string::npos)
        result.push_back(entry.path() / "model.tflite");
    }
  }
  std::sort(result.begin(), result.end());
  return result;
}

TEST(Hostile, TruncatedModelsAreRefused) {
  const Bytes whole = real_file_system().read(models().back());
  for (std::size_t size = 0; size + 8 < whole.size(); size += 13) {
    accepts(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  EXPECT_FALSE(accepts({}));
  EXPECT_FALSE(accepts(Bytes(whole.begin(), whole.begin() + 16)));
}

TEST(Hostile, FlippedBytesNeverCrash) {
  Random random(1);
  const auto start = std::chrono::steady_clock::now();
  for (const fs::path& path : models()) {
    const Bytes whole = real_file_system().read(path);
    for (int round = 0; round < 40; ++round) {
      Bytes damaged = whole;
      for (std::uint32_t flips = 1 + random.below(3); flips > 0; --flips) {
        damaged[random.below(static_cast<std::uint32_t>(damaged.size()))] =
            static_cast<std::uint8_t>(random.below(256));
      }
      SCOPED_TRACE(path.string());
      accepts(std::move(damaged));
    }
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  EXPECT_LT(seconds, 300.0);
}

/// A model of one ADD, changed by `change` before it is written.
template <typename Change>
std::string error_of(Change&& change) {
  TfliteModel model;
  model.operator_codes = {{0, "", 1}};
  TfliteSubgraph& subgraph = model.subgraphs.emplace_back();
  for (const char* name : {"a", "b", "sum"}) {
    TfliteTensor tensor;
    tensor.name = name;
    tensor.type = kTfliteInt8;
    tensor.shape = {1, 4};
    tensor.quantization.scale = {0.5f};
    tensor.quantization.zero_point = {3};
    subgraph.tensors.push_back(tensor);
  }
  subgraph.inputs = {0, 1};
  subgraph.outputs = {2};
  TfliteOperator& add = subgraph.operators.emplace_back();
  add.inputs = {0, 1};
  add.outputs = {2};
  add.options = {11, OptionsTable(std::vector<OptionField>{})};
  change(model, subgraph);
  try {
    Graph graph = read_tflite(write_tflite(model));
    simplify(graph);
    prepare(std::move(graph));
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}

#define EXPECT_ERROR(part, statement)                                                                              \
  EXPECT_NE(                                                                                                       \
      error_of([](TfliteModel& model, TfliteSubgraph& graph) { (void)model, (void)graph, statement; }).find(part), \
      std::string::npos)                                                                                           \
      << error_of([](TfliteModel& model, TfliteSubgraph& graph) { (void)model, (void)graph, statement; })

TEST(Hostile, TheUnchangedModelIsAccepted) {
  EXPECT_EQ(error_of([](TfliteModel&, TfliteSubgraph&) {}), "");
}

TEST(Hostile, EachFaultIsNamed) {
  EXPECT_ERROR("is not supported", model.operator_codes[0].builtin_code = 33);
  EXPECT_ERROR("custom operator 'Mine'", (model.operator_codes[0] = {32, "Mine", 1}));
  EXPECT_ERROR("nothing makes", (graph.inputs = {0}));
  EXPECT_ERROR("there already", (graph.inputs = {0, 1, 2}));
  EXPECT_ERROR("there already", graph.operators.push_back(graph.operators[0]));
  EXPECT_ERROR("in the file", (graph.tensors[2].shape = {1, 5}));
  EXPECT_ERROR("in the file", graph.tensors[2].type = kTfliteInt16);
  EXPECT_ERROR("expected", graph.tensors[0].type = kTfliteInt64);
  EXPECT_ERROR("inputs, expected", (graph.operators[0].inputs = {0}));
  EXPECT_ERROR("lacks its", (graph.operators[0].inputs = {0, -1}));
  EXPECT_ERROR("outputs", (graph.operators[0].outputs = {}));
  EXPECT_ERROR("options of type", graph.operators[0].options.type = 1);
}

TEST(Hostile, AFloatTensorsQuantizationHasNoMeaning) {
  const auto change = [](TfliteModel&, TfliteSubgraph& graph) {
    for (TfliteTensor& tensor : graph.tensors) {
      tensor.type = kTfliteFloat32;
      tensor.quantization.zero_point.assign(9, 1000);
    }
  };
  EXPECT_EQ(error_of(change), "");
}

TEST(Hostile, AnEnormousModelIsRefusedBeforeItsMemoryIsTaken) {
  const std::string error = error_of([](TfliteModel&, TfliteSubgraph& graph) {
    for (TfliteTensor& tensor : graph.tensors) tensor.shape = {1, (1 << 26) + 1024};
  });
  EXPECT_NE(error.find("bytes for its activations"), std::string::npos) << error;
}

}  // namespace
}  // namespace thimble
