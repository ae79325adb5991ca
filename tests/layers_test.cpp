// Models of Keras's own, of most layers: read, written in TFLite's operators, run, and written back.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "base/file_system.h"
#include "io/keras.h"
#include "io/tflite.h"
#include "passes/pipeline.h"
#include "run/executor.h"
#include "wire/npz.h"

namespace thimble {
namespace {

std::vector<float> outputs_of(Graph graph, const NpyArray& samples) {
  simplify(graph);
  Executor executor(prepare(std::move(graph)));
  const auto values = samples.values<float>();
  const auto count = static_cast<std::size_t>(samples.shape[0]);
  const std::size_t size = values.size() / count;
  const bool indices = executor.graph().tensor(executor.graph().inputs[0]).type == Type::kInt32;
  std::vector<float> result;
  for (std::size_t sample = 0; sample < count; ++sample) {
    std::vector<std::int32_t> integers(values.begin() + static_cast<std::ptrdiff_t>(sample * size),
                                       values.begin() + static_cast<std::ptrdiff_t>((sample + 1) * size));
    executor.reset();
    std::memcpy(executor.input(0).data(), indices ? static_cast<const void*>(integers.data()) : &values[sample * size],
                size * sizeof(float));
    executor.invoke();
    const auto output = executor.output(0);
    result.resize(result.size() + output.size() / sizeof(float));
    std::memcpy(result.data() + result.size() - output.size() / sizeof(float), output.data(), output.size());
  }
  return result;
}

void expect_near(const std::vector<float>& got, std::span<const float> want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], want[i], 1e-5) << "element " << i;
}

class Layers : public ::testing::TestWithParam<const char*> {};

TEST_P(Layers, GiveKerasOutputs) {
  const std::string base = std::string(THIMBLE_SOURCE_DIR) + "/tests/golden/" + GetParam() + "_layers";
  const NpzArrays arrays = parse_npz(real_file_system().read(base + ".npz"), {"x", "y"});
  const Model model = read_keras(real_file_system().read(base + ".keras"));
  const auto want = arrays.at("y").values<float>();
  expect_near(outputs_of(model.graph, arrays.at("x")), want);
  expect_near(outputs_of(read_keras(write_keras(model)).graph, arrays.at("x")), want);
  Graph graph = model.graph;
  simplify(graph);
  expect_near(outputs_of(read_tflite(write_tflite(graph)), arrays.at("x")), want);
}

INSTANTIATE_TEST_SUITE_P(Models, Layers, ::testing::Values("sequence", "image", "embedding", "directions"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace thimble
