// DROPOUT: Keras's Dropout, which does nothing at inference. Not an operator of TFLite's: passes remove it.
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/expansion.h"
#include "ops/op.h"

namespace thimble {
extern const Op dropout_op;
extern const TrainKernels dropout_train;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  require_type(node.input(0), {Type::kFloat32});
  const float rate = node.attributes().real("rate");
  require(rate >= 0.0f && rate < 1.0f, "rate is {}; it must be at least 0 and below 1", rate);
  return {{node.input(0).type, node.input(0).shape}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) { return {copy_call(node)}; }

/// Only where it is all that the model does; mostly a pass has taken it out.
TensorId expand(Expansion& e, const NodeView& node) { return e.reshape(node.input_id(0), e.shape(node.input_id(0))); }

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  return builder.add("DROPOUT", {inputs[0]}, {{"rate", double{config.real("rate")}}});
}

const LayerCodec kLayers[] = {{.class_name = "Dropout",
                               .arguments = {{.kind = LayerArgument::Kind::kFloat, .name = "rate", .required = true}},
                               .build = build}};

}  // namespace

const Op dropout_op = {
    .name = "DROPOUT",
    .summary = "Drops elements at random in training; nothing at inference",
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .layers = kLayers,
    .expand = expand,
    .train = &dropout_train,
};

}  // namespace thimble
