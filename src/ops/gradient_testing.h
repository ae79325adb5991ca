// For tests: an operator's training kernels against its inference kernel and against central finite differences.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "ops/expansion.h"
#include "ops/op.h"
#include "ops/simd.h"

namespace thimble::testing {

/// One input of the node. Activations have a leading 1 in their shape, as in any graph.
struct CaseInput {
  enum class Kind { kActivation, kParameter, kState, kIntegers };
  Kind kind;
  Shape shape;
  std::vector<std::int32_t> integers = {};  // kIntegers: the contents
};
inline CaseInput activation(Shape shape) { return {CaseInput::Kind::kActivation, std::move(shape)}; }
inline CaseInput parameter(Shape shape) { return {CaseInput::Kind::kParameter, std::move(shape)}; }
/// A parameter that is not trained, such as a moving average.
inline CaseInput state(Shape shape) { return {CaseInput::Kind::kState, std::move(shape)}; }
inline CaseInput integers(std::vector<std::int32_t> values) {
  return {CaseInput::Kind::kIntegers, {static_cast<int>(values.size())}, std::move(values)};
}

struct GradientCase {
  std::string op;
  std::vector<CaseInput> inputs;
  Attributes attributes = {};
  int batch = 3;
  float scale = 1.0f;  // of the random values
  bool training = true;
  bool compare_forward = true;  // with the inference kernel
  float epsilon = 1e-2f;
  double tolerance = 2e-3;
};

/// Values in +-scale that are all the same from run to run.
class TestValues {
 public:
  explicit TestValues(std::uint64_t seed) : state_(seed * 2 + 1) {}
  float next() {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<float>(static_cast<double>(state_ >> 33) / (1u << 30) - 1.0);
  }

 private:
  std::uint64_t state_;
};

class GradientChecker {
 public:
  explicit GradientChecker(const GradientCase& spec) : spec_(spec) { build(); }

  void run() {
    forward(values_);
    if (spec_.compare_forward) compare_with_inference();
    const std::vector<std::vector<float>> gradients = backward();
    for (std::size_t i = 0; i < values_.size(); ++i) {
      if (wanted(i)) compare_with_differences(i, gradients[i]);
    }
  }

 private:
  bool wanted(std::size_t i) const {
    return spec_.inputs[i].kind == CaseInput::Kind::kActivation || spec_.inputs[i].kind == CaseInput::Kind::kParameter;
  }

  void build() {
    TestValues random(spec_.inputs.size() + static_cast<std::size_t>(spec_.batch));
    Node node{spec_.op, "node", {}, {}, spec_.attributes};
    for (const CaseInput& input : spec_.inputs) {
      const bool is_activation = input.kind == CaseInput::Kind::kActivation;
      Tensor tensor;
      tensor.name = fmt::format("input{}", node.inputs.size());
      tensor.shape = input.shape;
      const std::size_t count = static_cast<std::size_t>(tensor.elements() * (is_activation ? spec_.batch : 1));
      std::vector<float> values(count);
      for (float& value : values) value = spec_.scale * random.next();
      if (input.kind == CaseInput::Kind::kIntegers) {
        tensor.type = Type::kInt32;
        tensor.data = make_data(input.integers);
        values.clear();
      } else if (!is_activation) {
        if (input.kind == CaseInput::Kind::kState) {
          for (float& value : values) value = 0.5f + std::fabs(value);
        }
        tensor.data = make_data(values);
        tensor.trainable = input.kind == CaseInput::Kind::kParameter;
      }
      values_.push_back(values);
      node.inputs.push_back(graph_.add(tensor));
    }
    const TensorId output = append(graph_, node, "output");
    sample_ = static_cast<std::size_t>(graph_.tensor(output).elements());
    call_ = op_of(graph_.nodes[0]).train->compile(NodeView(graph_, graph_.nodes[0]), spec_.batch);
    workspace_.assign(call_.workspace, std::nanf(""));
    scratch_.resize(call_.scratch);
    sums_.assign(2 * call_.sums, std::nan(""));
    output_.resize(sample_ * static_cast<std::size_t>(spec_.batch));
    weights_.resize(output_.size());
    for (float& weight : weights_) weight = random.next();
  }

  TrainBuffers buffers(std::vector<std::vector<float>>& values) {
    TrainBuffers b;
    b.batch = spec_.batch;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool state = spec_.inputs[i].kind == CaseInput::Kind::kState;
      b.inputs.push_back(values[i].empty() ? nullptr : values[i].data());
      b.state.push_back(state ? values[i].data() : nullptr);
    }
    b.output = output_.data();
    b.workspace = workspace_.data();
    scratch_.assign(scratch_.size(), std::nanf(""));
    b.scratch = scratch_.data();
    b.training = spec_.training;
    b.seed = 17;
    b.whole_batch = spec_.batch;
    b.forward_sums = sums_.data();
    b.backward_sums = sums_.data() + call_.sums;
    return b;
  }

  /// The scalar whose gradient is checked: a weighted sum of the outputs.
  double forward(std::vector<std::vector<float>> values) {
    if (call_.view) {
      output_ = values[0];
    } else {
      TrainBuffers b = buffers(values);
      b.sums = sums_.data();
      if (call_.make_forward_sums) call_.make_forward_sums(b);
      call_.forward(b);
    }
    double sum = 0;
    for (std::size_t i = 0; i < output_.size(); ++i) sum += static_cast<double>(output_[i]) * weights_[i];
    return sum;
  }

  std::vector<std::vector<float>> backward() {
    std::vector<std::vector<float>> gradients;
    for (const std::vector<float>& values : values_) gradients.emplace_back(values.size(), std::nanf(""));
    std::vector<std::vector<float>> values = values_;
    if (call_.view) return {weights_};
    std::vector<float> output_gradient = weights_;
    TrainBuffers b = buffers(values);
    b.output_gradient = output_gradient.data();
    for (std::size_t i = 0; i < values.size(); ++i)
      b.input_gradients.push_back(wanted(i) ? gradients[i].data() : nullptr);
    b.sums = sums_.data() + call_.sums;
    if (call_.make_backward_sums) call_.make_backward_sums(b);
    call_.backward(b);
    return gradients;
  }

  /// The node as it runs at inference: itself, or what it expands to.
  Graph inference_graph() const {
    Graph graph = graph_;
    const Node node = graph.nodes[0];
    if (op_of(node).expand == nullptr) return graph;
    graph.nodes.clear();
    expand_node(graph, node);
    return graph;
  }

  void compare_with_inference() {
    const Graph graph = inference_graph();
    const TensorId result = graph_.nodes[0].outputs[0];
    for (int sample = 0; sample < spec_.batch; ++sample) {
      std::vector<Bytes> memory(graph.tensors.size());
      for (std::size_t i = 0; i < memory.size(); ++i) memory[i].resize(graph.tensors[i].bytes());
      const auto memory_of = [&](TensorId id) -> void* {
        const Tensor& tensor = graph.tensor(id);
        if (tensor.constant()) return const_cast<std::uint8_t*>(tensor.data->data());
        if (static_cast<std::size_t>(id) < values_.size()) {
          return values_[static_cast<std::size_t>(id)].data() + sample * tensor.elements();
        }
        return memory[static_cast<std::size_t>(id)].data();
      };
      for (const Node& node : graph.nodes) {
        for (const KernelCall& call : op_of(node).lower(NodeView(graph, node), {})) {
          Bytes scratch(call.scratch_bytes + 1);
          call.invoke(bind_operands(call, memory_of, scratch.data()).data());
        }
      }
      const auto* expected = static_cast<const float*>(memory_of(result));
      for (std::size_t i = 0; i < sample_; ++i) {
        const float actual = output_[static_cast<std::size_t>(sample) * sample_ + i];
        ASSERT_NEAR(actual, expected[i], 1e-5 * (1 + std::fabs(expected[i])))
            << "sample " << sample << " element " << i;
      }
    }
  }

  /// Elements at a kink (of ReLU, of a maximum) are left out: there the differences to both sides do not agree.
  void compare_with_differences(std::size_t input, const std::vector<float>& gradient) {
    const double middle = forward(values_);
    int compared = 0;
    for (std::size_t i = 0; i < values_[input].size(); ++i) {
      std::vector<std::vector<float>> moved = values_;
      moved[input][i] = values_[input][i] + spec_.epsilon;
      const double up_step = static_cast<double>(moved[input][i]) - values_[input][i];
      const double up = (forward(moved) - middle) / up_step;
      moved[input][i] = values_[input][i] - spec_.epsilon;
      const double down_step = static_cast<double>(values_[input][i]) - moved[input][i];
      const double down = (middle - forward(moved)) / down_step;
      const double expected = (up + down) / 2;
      if (std::fabs(up - down) > spec_.tolerance * (1 + std::fabs(expected))) continue;
      ++compared;
      ASSERT_NEAR(gradient[i], expected, spec_.tolerance * (1 + std::fabs(expected)))
          << "input " << input << " element " << i;
    }
    EXPECT_GE(compared * 4, static_cast<int>(values_[input].size()) * 3) << "too many kinks in input " << input;
  }

  GradientCase spec_;
  Graph graph_;
  TrainCall call_;
  std::size_t sample_ = 0;  // floats of one sample of the output
  std::vector<std::vector<float>> values_;
  std::vector<float> output_, weights_, workspace_, scratch_;
  std::vector<double> sums_;  // of forward, then of backward
};

/// Checks the case with every instruction set that this CPU has.
inline void check_gradient(const GradientCase& spec) {
  const SimdLevel best = simd_level();
  for (const SimdLevel level : {SimdLevel::kPortable, SimdLevel::kAvx2, SimdLevel::kAvx512}) {
    if (!set_simd_level(level)) continue;
    SCOPED_TRACE(fmt::format("{}, batch {}, simd level {}", spec.op, spec.batch, static_cast<int>(level)));
    GradientChecker(spec).run();
  }
  set_simd_level(best);
}

}  // namespace thimble::testing
