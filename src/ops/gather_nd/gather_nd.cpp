// GATHER_ND: slices of input 0; the innermost dimension of input 1 holds the indices that choose one.
#include <algorithm>

#include "ops/checks.h"
#include "ops/gather_nd/gather_nd_kernel.h"
#include "ops/move.h"
#include "ops/op.h"

THIMBLE_PARAMS(thimble_gather_nd_params, slices, slice_bytes, indices, size, stride)

namespace thimble {
extern const Op gather_nd_op;
namespace {

constexpr std::size_t kMostIndices = std::size(decltype(thimble_gather_nd_params::size){});

void check_indices(const NodeView& node, std::size_t count) {
  if (!node.input(1).constant()) return;
  const std::vector<int> indices = integers_of(node.input(1));
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const int size = node.input(0).shape[i % count];
    require(indices[i] >= 0 && indices[i] < size, "index {} of {}", indices[i], size);
  }
}

std::vector<TensorSpec> infer(const NodeView& node) {
  const Shape& input = node.input(0).shape;
  const Shape& indices = node.input(1).shape;
  require_type(node.input(1), {Type::kInt32, Type::kInt64});
  require(!indices.empty(), "'{}' is a scalar, expected lists of indices", node.input(1).name);
  const auto count = static_cast<std::size_t>(indices.back());
  require(count <= input.size() && count <= kMostIndices, "{} indices for {} dimensions", count, input.size());
  const auto indexed = input.begin() + indices.back();
  require(std::find(input.begin(), indexed, 0) == indexed, "there is nothing to gather in '{}'", node.input(0).name);
  if (count > 0) check_indices(node, count);
  Shape shape(indices.begin(), indices.end() - 1);
  shape.insert(shape.end(), indexed, input.end());
  return {{node.input(0).type, shape}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Tensor& input = node.input(0);
  const Shape& indices = node.input(1).shape;
  const auto element = static_cast<std::int64_t>(size_of(input.type));
  const std::vector<std::int64_t> strides = strides_of(input.shape);
  thimble_gather_nd_params params{};
  params.slices = static_cast<std::int32_t>(element_count(Shape(indices.begin(), indices.end() - 1)));
  params.indices = indices.back();
  params.slice_bytes = static_cast<std::int32_t>(
      element * element_count(Shape(input.shape.begin() + indices.back(), input.shape.end())));
  for (std::size_t i = 0; i < static_cast<std::size_t>(indices.back()); ++i) {
    params.size[i] = input.shape[i];
    params.stride[i] = static_cast<std::int32_t>(strides[i] * element);
  }
  const std::vector<Operand> operands = {in(node.input_id(0)), in(node.input_id(1)), out(node.output_id(0))};
  if (node.input(1).type == Type::kInt32) {
    return {kernel_call(KERNEL_OF("gather_nd", thimble_gather_nd_i32), params, operands)};
  }
  return {kernel_call(KERNEL_OF("gather_nd", thimble_gather_nd_i64), params, operands)};
}

}  // namespace

const Op gather_nd_op = {
    .name = "GATHER_ND",
    .summary = "Slices of a tensor, each chosen by several indices",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 107, .max_version = 6, .options_type = 83},
};

}  // namespace thimble
