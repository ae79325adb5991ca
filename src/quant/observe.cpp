#include "quant/observe.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "run/executor.h"

namespace thimble {
namespace {

void widen(Range& range, std::span<const float> values, const std::string& name) {
  for (const float value : values) {
    require(std::isfinite(value), "tensor '{}' takes the value {}; check the calibration data and the weights", name,
            value);
    range.min = std::min(range.min, value);
    range.max = std::max(range.max, value);
  }
}

std::span<const float> as_floats(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const float*>(bytes.data()), bytes.size() / sizeof(float)};
}

/// The graph's inputs as floats; those of indices are rounded.
class Inputs {
 public:
  Inputs(const Graph& graph, Executor& executor) {
    for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
      const Tensor& input = graph.tensor(graph.inputs[i]);
      require(input.type == Type::kFloat32 || input.type == Type::kInt32,
              "input '{}' is {}; only a float model is quantized", input.name, name_of(input.type));
      indices_.push_back(input.type == Type::kInt32);
      const auto bytes = executor.input(static_cast<int>(i));
      floats_.emplace_back(reinterpret_cast<float*>(bytes.data()), bytes.size() / sizeof(float));
    }
  }

  void fill(std::size_t sample, const FillInputs& fill) {
    fill(sample, floats_);
    for (std::size_t i = 0; i < floats_.size(); ++i) {
      if (!indices_[i]) continue;
      for (float& value : floats_[i]) {
        const auto integer = static_cast<std::int32_t>(std::lround(std::clamp(value, -2e9f, 2e9f)));
        std::memcpy(&value, &integer, sizeof integer);
      }
    }
  }

 private:
  std::vector<std::span<float>> floats_;
  std::vector<bool> indices_;
};

}  // namespace

Range range_of(std::span<const float> values) {
  Range range;
  widen(range, values, "constant");
  return range;
}

std::vector<Range> observe(const Graph& graph, std::size_t samples, const FillInputs& fill) {
  Executor executor(prepare(graph, {}, {.reuse = false}));
  Inputs inputs(graph, executor);
  std::vector<TensorId> watched = graph.inputs;
  for (const Node& node : graph.nodes) watched.insert(watched.end(), node.outputs.begin(), node.outputs.end());
  std::vector<Range> ranges(graph.tensors.size());
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
    const Tensor& tensor = graph.tensors[i];
    if (tensor.variable) watched.push_back(static_cast<TensorId>(i));
    if (tensor.constant() && tensor.type == Type::kFloat32) widen(ranges[i], tensor.values<float>(), tensor.name);
  }
  for (std::size_t sample = 0; sample < samples; ++sample) {
    executor.reset();
    inputs.fill(sample, fill);
    executor.invoke();
    for (const TensorId id : watched) {
      const Tensor& tensor = graph.tensor(id);
      if (tensor.type != Type::kFloat32) continue;
      widen(ranges[static_cast<std::size_t>(id)], as_floats(executor.value(id)), tensor.name);
    }
  }
  return ranges;
}

}  // namespace thimble
