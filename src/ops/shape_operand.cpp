#include "ops/shape_operand.h"

namespace thimble {

Shape shape_operand(const NodeView& node, int index) {
  const Tensor& operand = node.input(index);
  if (!operand.constant()) {
    require(node.has_output(0), "the shape '{}' depends on data; only static shapes are supported", operand.name);
    return node.output(0).shape;
  }
  const Shape shape = integers_of(operand);
  std::int64_t count = 1;
  for (const int dimension : shape) {
    require(dimension >= 0, "a dimension of {} in '{}'", dimension, operand.name);
    count *= dimension;
    require(count < (std::int64_t{1} << 30), "'{}' asks for a shape of {}, which is too large", operand.name,
            to_string(shape));
  }
  return shape;
}

}  // namespace thimble
