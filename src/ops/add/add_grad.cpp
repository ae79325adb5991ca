// ADD in training. Operands that are broadcast are walked through a table of offsets.
#include <algorithm>
#include <memory>

#include "ops/op.h"
#include "ops/simd.h"
#include "ops/train_activation.h"
#include "ops/train_pairs.h"

namespace thimble {
extern const TrainKernels add_train;
namespace {

/// How an operand is read for one sample of the output.
struct Addend {
  std::vector<int> offsets;  // of each element of the output; empty: they are 0, 1, 2, ...
  std::ptrdiff_t sample;     // floats from one sample to the next: 0 for a parameter
};

struct Plan {
  int elements;  // of one sample of the output
  Addend operands[2];
  std::ptrdiff_t sizes[2];  // floats of a sample of the operand, or of the parameter
  FusedActivation activation;
};

Addend addend_of(const Tensor& tensor, const Tensor& output) {
  Addend operand;
  if (tensor.shape != output.shape) operand.offsets = broadcast_offsets(tensor.shape, output.shape);
  operand.sample = tensor.constant() ? 0 : static_cast<std::ptrdiff_t>(tensor.elements());
  return operand;
}

THIMBLE_INLINE void add_to(float* sum, const Addend& operand, const float* values, int n) {
  if (operand.offsets.empty()) {
    for (int i = 0; i < n; ++i) sum[i] += values[i];
  } else {
    for (int i = 0; i < n; ++i) sum[i] += values[operand.offsets[static_cast<std::size_t>(i)]];
  }
}

/// Both operands as large as the output: one walk over memory.
void add_equal(std::ptrdiff_t count, const float* a, const float* b, const FusedActivation& activation, float* output) {
  simd([=](auto isa) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    const typename I::Vector least = I::all(activation.least), most = I::all(activation.most);
    std::ptrdiff_t i = 0;
    for (; i + I::kLanes <= count; i += I::kLanes) {
      I::store(output + i, clamp_lanes<I>(I::load(a + i) + I::load(b + i), least, most));
    }
    for (; i < count; ++i) {
      const float sum = a[i] + b[i];
      const float bounded = sum < activation.least ? activation.least : sum;
      output[i] = bounded > activation.most ? activation.most : bounded;
    }
  });
}

/// The gradients of both, likewise, where there is an activation.
void pass_equal(std::ptrdiff_t count, const float* output, const float* gradient, const FusedActivation& activation,
                float* a, float* b) {
  simd([=](auto isa) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    const typename I::Vector least = I::all(activation.least), most = I::all(activation.most);
    std::ptrdiff_t i = 0;
    for (; i + I::kLanes <= count; i += I::kLanes) {
      const typename I::Vector passed = inside_or_zero<I>(I::load(output + i), least, most, I::load(gradient + i));
      I::store(a + i, passed);
      I::store(b + i, passed);
    }
    for (; i < count; ++i) a[i] = b[i] = activation.least < output[i] && output[i] < activation.most ? gradient[i] : 0;
  });
}

/// Whether the operand is as large as the output, and no parameter.
bool is_equal(const Addend& operand) { return operand.offsets.empty() && operand.sample != 0; }

void forward(const Plan& plan, const TrainBuffers& buffers) {
  if (is_equal(plan.operands[0]) && is_equal(plan.operands[1])) {
    return add_equal(std::ptrdiff_t{buffers.batch} * plan.elements, buffers.inputs[0], buffers.inputs[1],
                     plan.activation, buffers.output);
  }
  const Plan* p = &plan;
  const TrainBuffers* b = &buffers;
  std::fill_n(buffers.output, std::ptrdiff_t{buffers.batch} * plan.elements, 0.0f);
  simd([=](auto) THIMBLE_INLINE_LAMBDA {
    for (std::ptrdiff_t sample = 0; sample < b->batch; ++sample) {
      float* output = b->output + sample * p->elements;
      for (const int i : {0, 1}) {
        const Addend& operand = p->operands[i];
        add_to(output, operand, b->inputs[static_cast<std::size_t>(i)] + sample * operand.sample, p->elements);
      }
    }
  });
  add_bias_and_clamp(buffers.batch, plan.elements, nullptr, plan.activation, buffers.output);
}

void operand_gradient(const Plan& plan, int index, const TrainBuffers& buffers) {
  const Addend* operand = &plan.operands[index];
  float* result = buffers.input_gradients[static_cast<std::size_t>(index)];
  const float* gradient = buffers.output_gradient;
  const int n = plan.elements;
  const int batch = buffers.batch;
  if (is_equal(*operand)) {
    std::copy_n(gradient, std::ptrdiff_t{batch} * n, result);
    return;
  }
  std::fill_n(result, operand->sample == 0 ? plan.sizes[index] : batch * operand->sample, 0.0f);
  simd([=](auto) THIMBLE_INLINE_LAMBDA {
    for (std::ptrdiff_t sample = 0; sample < batch; ++sample) {
      float* target = result + sample * operand->sample;
      const float* source = gradient + sample * n;
      if (operand->offsets.empty()) {
        for (int i = 0; i < n; ++i) target[i] += source[i];
      } else {
        for (int i = 0; i < n; ++i) target[operand->offsets[static_cast<std::size_t>(i)]] += source[i];
      }
    }
  });
}

void backward(const Plan& plan, const TrainBuffers& buffers) {
  const int count = buffers.batch * plan.elements;
  float *a = buffers.input_gradients[0], *b = buffers.input_gradients[1];
  if (!plan.activation.none() && a && b && is_equal(plan.operands[0]) && is_equal(plan.operands[1])) {
    return pass_equal(count, buffers.output, buffers.output_gradient, plan.activation, a, b);
  }
  mask_gradient(1, count, plan.activation, buffers.output, buffers.output_gradient, buffers.output_gradient, count);
  for (const int i : {0, 1}) {
    if (buffers.input_gradients[static_cast<std::size_t>(i)]) operand_gradient(plan, i, buffers);
  }
}

TrainCall compile(const NodeView& node, int) {
  auto plan = std::make_shared<Plan>();
  plan->elements = static_cast<int>(node.output(0).elements());
  for (const int i : {0, 1}) {
    plan->operands[i] = addend_of(node.input(i), node.output(0));
    plan->sizes[i] = static_cast<std::ptrdiff_t>(node.input(i).elements());
  }
  plan->activation = fused_activation(node.attributes().text("activation"));
  return {.forward = [plan](const TrainBuffers& buffers) { forward(*plan, buffers); },
          .backward = [plan](const TrainBuffers& buffers) { backward(*plan, buffers); },
          .reads_inputs = false,
          .reads_output = !plan->activation.none()};
}

}  // namespace

const TrainKernels add_train = {compile};

}  // namespace thimble
