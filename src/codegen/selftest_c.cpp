#include "codegen/selftest_c.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "codegen/c_text.h"
#include "run/executor.h"

namespace thimble {
namespace {

/// The same sequence as next_byte in templates/selftest.c.
class GoldenInputs {
 public:
  void fill(const Tensor& tensor, std::span<std::uint8_t> memory) {
    std::fill(memory.begin(), memory.end(), std::uint8_t{0});
    if (tensor.type == Type::kInt8 || tensor.type == Type::kUint8 || tensor.type == Type::kInt16) {
      for (std::uint8_t& byte : memory) byte = next();
    } else if (tensor.type == Type::kFloat32) {
      auto* floats = reinterpret_cast<float*>(memory.data());
      for (std::size_t i = 0; i < memory.size() / sizeof(float); ++i) floats[i] = static_cast<float>(next()) / 256.0f;
    }
  }

 private:
  std::uint8_t next() {
    state_ = state_ * 1664525u + 1013904223u;
    return static_cast<std::uint8_t>(state_ >> 24);
  }
  std::uint32_t state_ = 1;
};

/// Arrays of what is in the inputs, and the list of them.
std::string golden_inputs(const Graph& graph, Executor& executor) {
  std::string arrays;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    const Tensor& tensor = graph.tensor(graph.inputs[i]);
    names.push_back(fmt::format("golden_input_{}", i));
    arrays += fmt::format("static const {} {}[] = {{\n{}\n}};\n", c_type(tensor.type), names.back(),
                          c_elements(tensor.type, executor.input(static_cast<int>(i))));
  }
  return arrays +
         fmt::format("static const void *const golden_inputs[MODEL_INPUTS] = {{{}}};\n", fmt::join(names, ", "));
}

}  // namespace

SelfTestText selftest_c(const Graph& graph, const Program& program, const Plan& plan) {
  Executor executor(std::make_shared<const Executable>(Executable{graph, program, plan}));
  GoldenInputs golden;
  for (std::size_t i = 0; i < graph.inputs.size(); ++i) {
    golden.fill(graph.tensor(graph.inputs[i]), executor.input(static_cast<int>(i)));
  }
  std::string arrays;
  if (plan.caller.inputs) arrays = golden_inputs(graph, executor);
  executor.invoke();
  std::vector<std::string> names;
  for (std::size_t i = 0; i < graph.outputs.size(); ++i) {
    const Tensor& tensor = graph.tensor(graph.outputs[i]);
    names.push_back(fmt::format("golden_{}", i));
    arrays += fmt::format("static const {} {}[] = {{\n{}\n}};\n", c_type(tensor.type), names.back(),
                          c_elements(tensor.type, executor.output(static_cast<int>(i))));
  }
  return {arrays, fmt::format("{}", fmt::join(names, ", "))};
}

}  // namespace thimble
