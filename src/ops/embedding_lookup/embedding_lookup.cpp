// EMBEDDING_LOOKUP: rows of the table in input 1, chosen by the indices in input 0. An int8 table may give floats.
#include "ops/embedding_lookup/embedding_lookup_kernel.h"

#include "ops/checks.h"
#include "ops/op.h"

THIMBLE_PARAMS(thimble_embedding_lookup_params, count, rows, row_bytes)
THIMBLE_PARAMS(thimble_embedding_lookup_dequantize_params, count, rows, columns, per_row)

namespace thimble {
extern const Op embedding_lookup_op;
namespace {

bool dequantizes(const NodeView& node) {
  return node.input(1).type == Type::kInt8 && node.has_output(0) && node.output(0).type == Type::kFloat32;
}

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& table = node.input(1);
  require_type(node.input(0), {Type::kInt32});
  require_rank(node.input(0), 1);
  require_type(table, {Type::kFloat32, Type::kInt8});
  require(table.shape.size() >= 2 && table.shape[0] > 0, "'{}' is {}, expected rows", table.name,
          to_string(table.shape));
  if (node.input(0).constant()) {
    for (const int index : integers_of(node.input(0))) {
      require(index >= 0 && index < table.shape[0], "index {} of {} rows", index, table.shape[0]);
    }
  }
  Shape shape = table.shape;
  shape[0] = node.input(0).shape[0];
  return {{dequantizes(node) ? Type::kFloat32 : table.type, shape}};
}

KernelCall dequantize_call(const NodeView& node) {
  const Tensor& table = node.input(1);
  const Quantization& quantization = table.quantization;
  const int rows = table.shape[0];
  require(quantization.present(), "'{}' lacks its scale", table.name);
  require(!quantization.per_channel() ||
              (quantization.axis == 0 && quantization.scales.size() == static_cast<std::size_t>(rows)),
          "'{}' has {} scales for {} rows", table.name, quantization.scales.size(), rows);
  for (const std::int64_t zero_point : quantization.zero_points) {
    require(zero_point == 0, "'{}' has zero point {}, expected 0", table.name, zero_point);
  }
  const thimble_embedding_lookup_dequantize_params params = {node.input(0).shape[0], rows,
                                                             static_cast<std::int32_t>(table.elements() / rows),
                                                             quantization.per_channel() ? 1 : 0};
  KernelCall call = kernel_call(KERNEL_OF("embedding_lookup", thimble_embedding_lookup_s8_f32), params,
                                {in(node.input_id(0)), in(node.input_id(1)), constant(0), out(node.output_id(0))});
  call.constants = {{"scales", Type::kFloat32, make_data(quantization.scales)}};
  return call;
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  if (dequantizes(node)) return {dequantize_call(node)};
  const Tensor& table = node.input(1);
  const int rows = table.shape[0];
  const thimble_embedding_lookup_params params = {
      node.input(0).shape[0], rows, static_cast<std::int32_t>(table.bytes() / static_cast<std::size_t>(rows))};
  return {kernel_call(KERNEL_OF("embedding_lookup", thimble_embedding_lookup), params,
                      {in(node.input_id(0)), in(node.input_id(1)), out(node.output_id(0))})};
}

}  // namespace

const Op embedding_lookup_op = {
    .name = "EMBEDDING_LOOKUP",
    .summary = "Rows of a table, chosen by index",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 7, .max_version = 5},
};

}  // namespace thimble
