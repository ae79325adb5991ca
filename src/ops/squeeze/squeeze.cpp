// SQUEEZE: input 0 without the dimensions of 1 that squeeze_dims lists, or without any if it lists none.
#include <algorithm>

#include "ops/checks.h"
#include "ops/copy.h"
#include "ops/move.h"
#include "ops/op.h"

namespace thimble {
extern const Op squeeze_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  const Shape& shape = node.input(0).shape;
  std::vector<int> dropped = node.attributes().integers("squeeze_dims");
  for (int& axis : dropped) {
    axis = resolve_axis(axis, shape.size());
    require(shape[static_cast<std::size_t>(axis)] == 1, "dimension {} of {} is not 1", axis, to_string(shape));
  }
  Shape result;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool named = std::find(dropped.begin(), dropped.end(), static_cast<int>(i)) != dropped.end();
    if (dropped.empty() ? shape[i] != 1 : !named) result.push_back(shape[i]);
  }
  return {{node.input(0).type, result}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) { return {copy_call(node)}; }

}  // namespace

const Op squeeze_op = {
    .name = "SQUEEZE",
    .summary = "The same elements without dimensions of 1",
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 43, .max_version = 2, .options_type = 30, .fields = {ints_field(0, "squeeze_dims")}},
};

}  // namespace thimble
