// Products of float matrices for training, in the CPU's best instructions (ops/simd.h). Sizes are small: activations of
// a shard times a layer's weights. Strides are in floats.
#pragma once

#include <cstddef>

namespace thimble {

/// A matrix, or its transpose: element (i, j) is data[i * row + j * column].
struct MatrixView {
  const float* data;
  std::ptrdiff_t row;
  std::ptrdiff_t column;
};
inline MatrixView rows_of(const float* data, std::ptrdiff_t row) { return {data, row, 1}; }
inline MatrixView columns_of(const float* data, std::ptrdiff_t row) { return {data, 1, row}; }

/// c[m x n] = a[m x k] * b[k x n], or c += when `add`. Rows of b lie `ldb` apart, those of c `ldc`.
void multiply(int m, int n, int k, MatrixView a, const float* b, std::ptrdiff_t ldb, float* c, std::ptrdiff_t ldc,
              bool add);

/// c[m x n] = a[m x k] * transpose of b[n x k]: dot products of rows.
void multiply_rows(int m, int n, int k, const float* a, std::ptrdiff_t lda, const float* b, std::ptrdiff_t ldb,
                   float* c, std::ptrdiff_t ldc);

}  // namespace thimble
