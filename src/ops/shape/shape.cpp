// SHAPE: the dimensions of input 0, which are known before it is computed.
#include "kernel/copy.h"
#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/op.h"

namespace thimble {
extern const Op shape_op;
namespace {

Type type_of(const NodeView& node) {
  const Attributes& attributes = node.attributes();
  return attributes.has("out_type") && attributes.text("out_type") == "INT64" ? Type::kInt64 : Type::kInt32;
}

std::vector<TensorSpec> infer(const NodeView& node) {
  return {{type_of(node), {static_cast<int>(node.input(0).shape.size())}}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Shape& shape = node.input(0).shape;
  const Type type = type_of(node);
  auto data = type == Type::kInt32 ? make_data(std::vector<std::int32_t>(shape.begin(), shape.end()))
                                   : make_data(std::vector<std::int64_t>(shape.begin(), shape.end()));
  return {constant_call(node, {"shape", type, std::move(data)})};
}

}  // namespace

const Op shape_op = {
    .name = "SHAPE",
    .summary = "The dimensions of a tensor",
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true},
    .tflite = {.builtin = 77, .options_type = 55, .fields = {type_field(0, "out_type")}},
};

}  // namespace thimble
