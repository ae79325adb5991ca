// SLICE: the block of input 0 that starts at input 1 and has the size of input 2, -1 for all that is left; both
// constant.
#include "ops/checks.h"
#include "ops/move.h"
#include "ops/op.h"

namespace thimble {
extern const Op slice_op;
namespace {

std::vector<TensorSpec> infer(const NodeView& node) {
  const Shape& shape = node.input(0).shape;
  const std::vector<int> begin = integers_of(node.input(1));
  std::vector<int> size = integers_of(node.input(2));
  require(begin.size() == shape.size() && size.size() == shape.size(),
          "begin and size have {} and {} entries, expected {}", begin.size(), size.size(), shape.size());
  for (std::size_t i = 0; i < shape.size(); ++i) {
    require(begin[i] >= 0 && begin[i] <= shape[i], "index {} of {}", begin[i], shape[i]);
    if (size[i] == -1) size[i] = shape[i] - begin[i];
    require(size[i] >= 0 && size[i] <= shape[i] - begin[i], "{} elements from index {} of {}", size[i], begin[i],
            shape[i]);
  }
  return {{node.input(0).type, size}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const std::vector<int> begin = integers_of(node.input(1));
  const std::vector<std::int64_t> input_strides = strides_of(node.input(0).shape);
  const std::vector<std::int64_t> output_strides = strides_of(node.output(0).shape);
  std::vector<MoveAxis> axes;
  std::int64_t start = 0;
  for (std::size_t i = 0; i < begin.size(); ++i) {
    start += begin[i] * input_strides[i];
    axes.push_back({node.output(0).shape[i], input_strides[i], output_strides[i]});
  }
  return {move_call(node.graph(), node.input_id(0), node.output_id(0), start, 0, axes)};
}

}  // namespace

const Op slice_op = {
    .name = "SLICE",
    .summary = "A block of a tensor",
    .min_inputs = 3,
    .max_inputs = 3,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 65, .max_version = 8, .options_type = 48},
};

}  // namespace thimble
