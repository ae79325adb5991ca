// RELU in training.
#include <algorithm>

#include "ops/op.h"
#include "ops/train_activation.h"

namespace thimble {
extern const TrainKernels relu_train;
namespace {

TrainCall compile(const NodeView& node, int) {
  const FusedActivation activation = fused_activation("RELU");
  const auto elements = static_cast<int>(node.output(0).elements());
  return {.forward =
              [=](const TrainBuffers& buffers) {
                std::copy_n(buffers.inputs[0], std::ptrdiff_t{buffers.batch} * elements, buffers.output);
                add_bias_and_clamp(buffers.batch, elements, nullptr, activation, buffers.output);
              },
          .backward =
              [=](const TrainBuffers& buffers) {
                const int count = buffers.batch * elements;
                mask_gradient(1, count, activation, buffers.output, buffers.output_gradient, buffers.input_gradients[0],
                              count);
              }};
}

}  // namespace

const TrainKernels relu_train = {.compile = compile, .activation = "RELU"};

}  // namespace thimble
