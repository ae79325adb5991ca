#include "passes/front_end.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "base/random.h"
#include "data/dataset.h"
#include "run/batch.h"
#include "run/executor.h"
#include "run/samples.h"

namespace thimble {
namespace {

const LogMelSettings kSettings = {.sample_rate = 8000, .seconds = 0.25F, .bands = 12, .coefficients = 6};

/// int8 [1, frames * features], as a graph that does nothing but change its scale.
Graph requantizing(int features, float scale, int zero_point) {
  Graph graph;
  const auto add = [&](const char* name, float s, int z) {
    Tensor tensor;
    tensor.name = name;
    tensor.type = Type::kInt8;
    tensor.shape = {1, features};
    tensor.quantization.scales = {s};
    tensor.quantization.zero_points = {z};
    return graph.add(tensor);
  };
  const TensorId input = add("features", scale, zero_point), output = add("out", 0.01f, 3);
  graph.nodes.push_back({"QUANTIZE", "q", {input}, {output}, {}});
  graph.inputs = {input};
  graph.outputs = {output};
  return graph;
}

TEST(FrontEnd, SoundGivesTheBitsOfItsFeatures) {
  const LogMel front_end = make_log_mel(kSettings);
  const int features = front_end.params.frames * front_end.features;
  Random random(5);
  std::vector<std::int16_t> sound(static_cast<std::size_t>(front_end.samples));
  for (std::int16_t& sample : sound) sample = static_cast<std::int16_t>(random.below(65536) - 32768);
  for (const auto& [scale, zero_point] : {std::pair(1.0f / 255, -128), std::pair(0.0031f, -100), std::pair(0.01f, 7)}) {
    Dataset data;
    data.sample_shape = {features};
    data.bytes = front_end.run(sound);
    data.labels = {0};
    Graph graph = requantizing(features, scale, zero_point);
    const Bytes input = samples_as_input(graph, data);
    const std::vector<Bytes> want = run_stacked(prepare(graph), {ByteSpan(input)}, 1);
    prepend_front_end(graph, kSettings, data.scale);
    const ByteSpan bytes(reinterpret_cast<const std::uint8_t*>(sound.data()), sound.size() * 2);
    EXPECT_EQ(run_stacked(prepare(graph), {bytes}, 1), want) << scale;

    Executor executor(prepare(graph, {}, {.caller = {.inputs = true}}, HostKernels::kPortable));
    std::ranges::copy(bytes, executor.input(0).begin());
    executor.invoke();
    EXPECT_TRUE(std::ranges::equal(executor.output(0), want[0]));
    EXPECT_TRUE(std::ranges::equal(executor.input(0), bytes)) << "the caller's sound was written to";
  }
}

TEST(FrontEnd, NamesWhatDoesNotFit) {
  Graph graph = requantizing(10, 0.1f, 0);
  try {
    prepend_front_end(graph, kSettings, 1.0f / 255);
    FAIL() << "not refused";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "the input 'features' has 10 features, but the front end makes 12 frames of 6");
  }
}

}  // namespace
}  // namespace thimble
