#include "ops/train_pairs.h"

namespace thimble {

std::vector<int> broadcast_offsets(const Shape& shape, const Shape& output) {
  const std::size_t missing = output.size() - shape.size();
  std::vector<int> offsets = {0};
  for (std::size_t d = 0; d < output.size(); ++d) {
    const int size = d < missing ? 1 : shape[d - missing];
    std::vector<int> next;
    for (const int offset : offsets) {
      for (int i = 0; i < output[d]; ++i) next.push_back(offset * size + (size == 1 ? 0 : i));
    }
    offsets = std::move(next);
  }
  return offsets;
}

namespace {

PairOperand operand_of(const Tensor& tensor, const Tensor& output) {
  PairOperand operand;
  if (tensor.elements() != output.elements()) operand.offsets = broadcast_offsets(tensor.shape, output.shape);
  operand.size = static_cast<std::ptrdiff_t>(tensor.elements());
  operand.sample = tensor.constant() ? 0 : operand.size;
  return operand;
}

}  // namespace

PairPlan pair_plan(const NodeView& node) {
  const Tensor& output = node.output(0);
  const Attributes& attributes = node.attributes();
  return {static_cast<int>(output.elements()),
          {operand_of(node.input(0), output), operand_of(node.input(1), output)},
          fused_activation(attributes.has("activation") ? attributes.text("activation") : "NONE")};
}

}  // namespace thimble
