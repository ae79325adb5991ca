// BATCH_MATMUL: matrices in the two innermost dimensions, either transposed on request; the outer ones are broadcast.
// Keras's MultiHeadAttention is made of it (multi_head_attention.cpp).
#include "ops/batch_matmul/batch_matmul_kernel.h"

#include "ops/broadcast.h"
#include "ops/checks.h"
#include "ops/op.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_batch_matmul_shape, batches, rows, depth, columns, a_row, a_depth, b_depth, b_column)
THIMBLE_PARAMS(thimble_batch_matmul_f32_params, shape)
THIMBLE_PARAMS(thimble_batch_matmul_params, shape, offset_a, offset_b, requant, output_offset)

namespace thimble {
extern const Op batch_matmul_op;
extern const TrainKernels batch_matmul_train;
extern const LayerCodec multi_head_attention_layers[1];
namespace {

/// The matrices of input `index`, as they are multiplied.
struct Matrices {
  Shape batches;
  int rows;
  int columns;
  bool transposed;  // in memory
};

Matrices matrices(const NodeView& node, int index) {
  const Shape& shape = node.input(index).shape;
  require(shape.size() >= 2, "'{}' is {}, expected matrices", node.input(index).name, to_string(shape));
  const bool transposed = node.attributes().flag(index == 0 ? "adj_x" : "adj_y");
  const int first = shape[shape.size() - 2];
  const int second = shape[shape.size() - 1];
  return {{shape.begin(), shape.end() - 2}, transposed ? second : first, transposed ? first : second, transposed};
}

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& input = node.input(0);
  require_type(input, {Type::kFloat32, Type::kInt8, Type::kInt16});
  require_type(node.input(1), {input.type});
  const Matrices a = matrices(node, 0);
  const Matrices b = matrices(node, 1);
  require(a.columns == b.rows, "matrices of {} x {} and {} x {} cannot be multiplied", a.rows, a.columns, b.rows,
          b.columns);
  Shape shape = broadcast_shape(a.batches, b.batches);
  shape.push_back(a.rows);
  shape.push_back(b.columns);
  return {{input.type, shape}};
}

thimble_batch_matmul_shape shape(const NodeView& node) {
  const Matrices a = matrices(node, 0);
  const Matrices b = matrices(node, 1);
  return {broadcast_of(a.batches, b.batches),
          a.rows,
          a.columns,
          b.columns,
          a.transposed ? 1 : a.columns,
          a.transposed ? a.rows : 1,
          b.transposed ? 1 : b.columns,
          b.transposed ? b.rows : 1};
}

thimble_batch_matmul_params int_params(const NodeView& node) {
  const Tensor& a = node.input(0);
  const Tensor& b = node.input(1);
  const Tensor& output = node.output(0);
  for (const Tensor* tensor : {&a, &b, &output}) require_per_tensor(*tensor);
  return {shape(node), -a.zero_point(), -b.zero_point(), tensor_factor(a, b, output), output.zero_point()};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const std::vector<Operand> operands = {in(node.input_id(0)), in(node.input_id(1)), out(node.output_id(0))};
  if (node.input(0).type == Type::kFloat32) {
    const thimble_batch_matmul_f32_params params = {shape(node)};
    return {kernel_call(KERNEL_OF("batch_matmul", thimble_batch_matmul_f32), params, operands)};
  }
  const thimble_batch_matmul_params params = int_params(node);
  if (node.input(0).type == Type::kInt16) {
    return {kernel_call(KERNEL_OF("batch_matmul", thimble_batch_matmul_s16), params, operands)};
  }
  return {kernel_call(KERNEL_OF("batch_matmul", thimble_batch_matmul_s8), params, operands)};
}

std::int64_t macs(const NodeView& node) { return node.output(0).elements() * matrices(node, 0).columns; }

int tflite_version(const NodeView& node) {
  return node.input(0).type == Type::kInt16 ? 3 : node.input(0).type == Type::kInt8 ? 2 : 1;
}

}  // namespace

const Op batch_matmul_op = {
    .name = "BATCH_MATMUL",
    .summary = "Products of matrices, with broadcast outer dimensions",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true},
    .macs = macs,
    .tflite = {.builtin = 126,
               .max_version = 4,
               .options_type = 101,
               .fields = {bool_field(0, "adj_x"), bool_field(1, "adj_y"), bool_field(2, "asymmetric_quantize_inputs")},
               .version = tflite_version},
    .layers = multi_head_attention_layers,
    .train = &batch_matmul_train,
};

}  // namespace thimble
