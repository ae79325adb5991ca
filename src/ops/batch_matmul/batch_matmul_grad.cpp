// BATCH_MATMUL in training: products of activations, the right one transposed or not.
#include <algorithm>

#include "ops/matrix.h"
#include "ops/op.h"

namespace thimble {
extern const TrainKernels batch_matmul_train;
namespace {

struct Plan {
  int products;  // of one sample
  int rows;
  int depth;
  int columns;
  bool transposed;  // the right matrix is [columns][depth] in memory
};

/// Calls body(offset in a, in b, in the output) for each product.
template <typename Body>
void for_products(const Plan& plan, int batch, const Body& body) {
  const std::ptrdiff_t a = std::ptrdiff_t{plan.rows} * plan.depth;
  const std::ptrdiff_t b = std::ptrdiff_t{plan.depth} * plan.columns;
  const std::ptrdiff_t c = std::ptrdiff_t{plan.rows} * plan.columns;
  for (std::ptrdiff_t i = 0; i < std::ptrdiff_t{batch} * plan.products; ++i) body(i * a, i * b, i * c);
}

void forward(const Plan& p, const TrainBuffers& buffers) {
  for_products(p, buffers.batch, [&](std::ptrdiff_t at_a, std::ptrdiff_t at_b, std::ptrdiff_t at_c) {
    const float* a = buffers.inputs[0] + at_a;
    const float* b = buffers.inputs[1] + at_b;
    float* c = buffers.output + at_c;
    if (p.transposed) {
      multiply_rows(p.rows, p.columns, p.depth, a, p.depth, b, p.depth, c, p.columns);
    } else {
      multiply(p.rows, p.columns, p.depth, rows_of(a, p.depth), b, p.columns, c, p.columns, false);
    }
  });
}

void backward(const Plan& p, const TrainBuffers& buffers) {
  for_products(p, buffers.batch, [&](std::ptrdiff_t at_a, std::ptrdiff_t at_b, std::ptrdiff_t at_c) {
    const float* a = buffers.inputs[0] + at_a;
    const float* b = buffers.inputs[1] + at_b;
    const float* dc = buffers.output_gradient + at_c;
    if (float* da = buffers.input_gradients[0]) {
      if (p.transposed) {
        multiply(p.rows, p.depth, p.columns, rows_of(dc, p.columns), b, p.depth, da + at_a, p.depth, false);
      } else {
        multiply_rows(p.rows, p.depth, p.columns, dc, p.columns, b, p.columns, da + at_a, p.depth);
      }
    }
    if (float* db = buffers.input_gradients[1]) {
      if (p.transposed) {
        multiply(p.columns, p.depth, p.rows, columns_of(dc, p.columns), a, p.depth, db + at_b, p.depth, false);
      } else {
        multiply(p.depth, p.columns, p.rows, columns_of(a, p.depth), dc, p.columns, db + at_b, p.columns, false);
      }
    }
  });
}

TrainCall compile(const NodeView& node, int) {
  const Shape& a = node.input(0).shape;
  const Shape& b = node.input(1).shape;
  require(a.size() > 2 && std::equal(a.begin(), a.end() - 2, b.begin(), b.end() - 2) && !node.input(0).constant() &&
              !node.input(1).constant() && !node.attributes().flag("adj_x"),
          "a product of {} and {} cannot be trained through; both must be computed, with the same outer dimensions",
          to_string(a), to_string(b));
  const Shape& c = node.output(0).shape;
  const int depth = a.back();
  const Plan plan = {static_cast<int>(element_count(Shape(a.begin(), a.end() - 2))), c[c.size() - 2], depth, c.back(),
                     node.attributes().flag("adj_y")};
  return {.forward = [plan](const TrainBuffers& buffers) { forward(plan, buffers); },
          .backward = [plan](const TrainBuffers& buffers) { backward(plan, buffers); }};
}

}  // namespace

const TrainKernels batch_matmul_train = {compile};

}  // namespace thimble
