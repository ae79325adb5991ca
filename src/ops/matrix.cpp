#include "ops/matrix.h"

#include <algorithm>

#include "ops/matrix_tile.h"

namespace thimble {
namespace {

struct Result {
  float* data;
  std::ptrdiff_t row;
  bool add;
};

/// kColumns vectors of columns of the result, of which `lanes` columns count; b can be read in whole vectors.
template <typename I, int kColumns>
THIMBLE_INLINE void multiply_columns(int m, int k, MatrixView a, const float* b, std::ptrdiff_t ldb, Result c,
                                     int lanes) {
  for_rows<tile_rows<I>(kColumns)>(m, [&](auto rows, int i) THIMBLE_INLINE_LAMBDA {
    Tile<I, rows(), kColumns> tile;
    tile.clear();
    tile.add(a.data + i * a.row, a.row, a.column, b, ldb, k);
    tile.store(c.data + i * c.row, c.row, c.add, lanes);
  });
}

/// The last columns of the result, fewer than a vector: b is copied to where it can be read as one.
template <typename I>
THIMBLE_INLINE void multiply_last_columns(int m, int n, int k, MatrixView a, const float* b, std::ptrdiff_t ldb,
                                          Result c) {
  constexpr int kBlock = 512;
  float panel[kBlock * I::kLanes] = {};
  for (int done = 0; done < k; done += kBlock) {
    const int depth = std::min(kBlock, k - done);
    for (int i = 0; i < depth; ++i) {
      for (int j = 0; j < n; ++j) panel[i * I::kLanes + j] = b[(done + i) * ldb + j];
    }
    multiply_columns<I, 1>(m, depth, {a.data + done * a.column, a.row, a.column}, panel, I::kLanes,
                           {c.data, c.row, c.add || done > 0}, n);
  }
}

/// c[kRows x kColumns] = dot products of kRows rows of a and kColumns rows of b.
template <typename I, int kRows, int kColumns>
THIMBLE_INLINE void dot_tile(int k, const float* a, std::ptrdiff_t lda, const float* b, std::ptrdiff_t ldb, float* c,
                             std::ptrdiff_t ldc) {
  using Vector = typename I::Vector;
  Vector sum[kRows][kColumns] = {};
  int i = 0;
  for (; i + I::kLanes <= k; i += I::kLanes) {
    Vector right[kColumns];
    for (int q = 0; q < kColumns; ++q) right[q] = I::load(b + q * ldb + i);
    for (int r = 0; r < kRows; ++r) {
      const Vector left = I::load(a + r * lda + i);
      for (int q = 0; q < kColumns; ++q) sum[r][q] += left * right[q];
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int q = 0; q < kColumns; ++q) {
      float total = sum_of_lanes<I>(sum[r][q]);
      for (int rest = i; rest < k; ++rest) total += a[r * lda + rest] * b[q * ldb + rest];
      c[r * ldc + q] = total;
    }
  }
}

}  // namespace

void multiply(int m, int n, int k, MatrixView a, const float* b, std::ptrdiff_t ldb, float* c, std::ptrdiff_t ldc,
              bool add) {
  simd([=](auto best) THIMBLE_INLINE_LAMBDA {
    for_columns<decltype(best)>(n, [&](auto isa, auto vectors, int j, int lanes) THIMBLE_INLINE_LAMBDA {
      using I = decltype(isa);
      const Result part = {c + j, ldc, add};
      if (vectors() == 1 && lanes < I::kLanes) {
        if constexpr (I::kLanes <= kPartLanes) multiply_last_columns<I>(m, lanes, k, a, b + j, ldb, part);
      } else {
        multiply_columns<I, vectors()>(m, k, a, b + j, ldb, part, lanes);
      }
    });
  });
}

void multiply_rows(int m, int n, int k, const float* a, std::ptrdiff_t lda, const float* b, std::ptrdiff_t ldb,
                   float* c, std::ptrdiff_t ldc) {
  simd([=](auto isa) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    for_rows<(I::kRegisters > 16 ? 4 : 2)>(n, [&](auto columns, int j) THIMBLE_INLINE_LAMBDA {
      for_rows<4>(m, [&](auto rows, int i) THIMBLE_INLINE_LAMBDA {
        dot_tile<I, rows(), columns()>(k, a + i * lda, lda, b + j * ldb, ldb, c + i * ldc + j, ldc);
      });
    });
  });
}

}  // namespace thimble
