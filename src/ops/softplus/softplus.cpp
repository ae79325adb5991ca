// SOFTPLUS: Keras's activation ln(1 + exp(x)). Not an operator of TFLite's.
#include "ops/checks.h"
#include "ops/elementwise.h"
#include "ops/expansion.h"

namespace thimble {
extern const Op softplus_op;
extern const TrainKernels softplus_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32});
  return infer_same(node);
}

/// max(x, 0) + ln(1 + exp(-|x|)): nothing in it overflows.
TensorId expand(Expansion& e, const NodeView& node) {
  const TensorId x = node.input_id(0);
  const TensorId decay = e.add("EXP", {e.product(e.add("ABS", {x}), e.constant({-1.0f}, {1}))});
  return e.sum(e.add("RELU", {x}), e.add("LOG", {e.sum(decay, e.constant({1.0f}, {1}))}));
}

}  // namespace

const Op softplus_op = {
    .name = "SOFTPLUS",
    .summary = "ln(1 + exp(x)), Keras's; written in TFLite's operators for inference",
    .infer = infer,
    .expand = expand,
    .train = &softplus_train,
};

}  // namespace thimble
