// Training of operators of two broadcast operands: y = f(a, b), with fused activation.
#pragma once

#include <memory>
#include <vector>

#include "ops/op.h"
#include "ops/simd.h"
#include "ops/train_activation.h"

namespace thimble {

/// Where each element of `output` finds its operand of `shape`, which is aligned with the innermost dimensions.
std::vector<int> broadcast_offsets(const Shape& shape, const Shape& output);

/// How an operand is read for one sample of the output.
struct PairOperand {
  std::vector<int> offsets;  // of each element of the output; empty: they are 0, 1, 2, ...
  std::ptrdiff_t sample;     // floats from one sample to the next: 0 for a parameter
  std::ptrdiff_t size;       // floats of a sample, or of the parameter

  template <bool kMoved>
  THIMBLE_INLINE int at(int i) const {
    return kMoved ? offsets[static_cast<std::size_t>(i)] : i;
  }
};

struct PairPlan {
  int elements;  // of one sample of the output
  PairOperand operands[2];
  FusedActivation activation;
};

/// Of inputs 0 and 1.
PairPlan pair_plan(const NodeView& node);

namespace detail {

/// Calls body(moved_a, moved_b), two std::bool_constant: whether each operand is walked by its table.
template <typename Body>
THIMBLE_INLINE void with_tables(const PairPlan& plan, const Body& body) {
  const bool a = !plan.operands[0].offsets.empty();
  const bool b = !plan.operands[1].offsets.empty();
  if (a && b) return body(std::true_type{}, std::true_type{});
  if (a) return body(std::true_type{}, std::false_type{});
  if (b) return body(std::false_type{}, std::true_type{});
  body(std::false_type{}, std::false_type{});
}

template <typename Function>
void pair_forward(const PairPlan& plan, const Function& function, const TrainBuffers& buffers) {
  const PairPlan* p = &plan;
  const TrainBuffers* t = &buffers;
  simd([=](auto) THIMBLE_INLINE_LAMBDA {
    with_tables(*p, [&](auto moved_a, auto moved_b) THIMBLE_INLINE_LAMBDA {
      for (std::ptrdiff_t sample = 0; sample < t->batch; ++sample) {
        const float* a = t->inputs[0] + sample * p->operands[0].sample;
        const float* b = t->inputs[1] + sample * p->operands[1].sample;
        float* y = t->output + sample * p->elements;
        for (int i = 0; i < p->elements; ++i) {
          y[i] =
              function.value(a[p->operands[0].template at<moved_a()>(i)], b[p->operands[1].template at<moved_b()>(i)]);
        }
      }
    });
  });
  if (!plan.activation.none()) {
    add_bias_and_clamp(buffers.batch, plan.elements, nullptr, plan.activation, buffers.output);
  }
}

/// Where each element of the operand is read once, its gradient is written; else it is added up.
template <int kIndex, typename Function>
void pair_gradient(const PairPlan& plan, const Function& function, const TrainBuffers& buffers) {
  const PairPlan* p = &plan;
  const TrainBuffers* t = &buffers;
  const PairOperand& operand = plan.operands[kIndex];
  float* result = buffers.input_gradients[kIndex];
  const std::ptrdiff_t floats = operand.sample == 0 ? operand.size : buffers.batch * operand.sample;
  std::fill_n(result, floats, 0.0f);
  simd([=](auto) THIMBLE_INLINE_LAMBDA {
    with_tables(*p, [&](auto moved_a, auto moved_b) THIMBLE_INLINE_LAMBDA {
      for (std::ptrdiff_t sample = 0; sample < t->batch; ++sample) {
        const float* a = t->inputs[0] + sample * p->operands[0].sample;
        const float* b = t->inputs[1] + sample * p->operands[1].sample;
        const float* gradient = t->output_gradient + sample * p->elements;
        float* target = result + sample * p->operands[kIndex].sample;
        for (int i = 0; i < p->elements; ++i) {
          const int at_a = p->operands[0].template at<moved_a()>(i);
          const int at_b = p->operands[1].template at<moved_b()>(i);
          target[kIndex == 0 ? at_a : at_b] += gradient[i] * function.template slope<kIndex>(a[at_a], b[at_b]);
        }
      }
    });
  });
}

}  // namespace detail

/// `Function` has value(a, b) and slope<0>(a, b), slope<1>(a, b): the derivatives by a and by b.
template <typename Function>
TrainCall pair_training(const NodeView& node, const Function& function) {
  const auto plan = std::make_shared<const PairPlan>(pair_plan(node));
  return {.forward = [=](const TrainBuffers& buffers) { detail::pair_forward(*plan, function, buffers); },
          .backward =
              [=](const TrainBuffers& buffers) {
                const int count = buffers.batch * plan->elements;
                mask_gradient(1, count, plan->activation, buffers.output, buffers.output_gradient,
                              buffers.output_gradient, count);
                if (buffers.input_gradients[0]) detail::pair_gradient<0>(*plan, function, buffers);
                if (buffers.input_gradients[1]) detail::pair_gradient<1>(*plan, function, buffers);
              }};
}

}  // namespace thimble
