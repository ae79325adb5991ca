// The inner loops of matrix products: a tile of the result is summed up in registers. For operators that walk their
// operands in their own way; plain products are in ops/matrix.h.
#pragma once

#include "ops/simd.h"

namespace thimble {

/// The most vectors and rows of a tile: the sums, one row of the right matrix and one number of the left one fit the
/// registers, and there are enough sums to hide the latency of an addition. More would only grow the program.
inline constexpr int kTileVectors = 2;
template <typename I>
constexpr int tile_rows(int vectors) {
  const int rows = (I::kRegisters - 1 - vectors) / vectors;
  return rows > 8 ? 8 : rows;
}

/// Cuts `n` columns into tiles: calls body(isa, vectors, j, lanes) for the columns from j on, `vectors` vectors of isa
/// wide. Vectors get narrower towards the end; only the last call may have fewer columns, `lanes`, than its one vector
/// of 4 has.
template <typename I, int kMostVectors = kTileVectors, typename Body>
THIMBLE_INLINE void for_columns(int n, const Body& body, int j = 0) {
  if constexpr (kMostVectors > 1) {
    constexpr int kStep = kMostVectors * I::kLanes;
    for (; n - j >= kStep; j += kStep) body(I{}, std::integral_constant<int, kMostVectors>{}, j, kStep);
    for_columns<I, kMostVectors - 1>(n, body, j);
  } else {
    constexpr int kStep = I::kLanes;
    constexpr int kLeast = kStep > 4 ? kStep : 1;
    for (; n - j >= kLeast; j += kStep) {
      body(I{}, std::integral_constant<int, 1>{}, j, n - j < kStep ? n - j : kStep);
    }
    if constexpr (kStep > 4) for_columns<typename I::Half, 1>(n, body, j);
  }
}

/// Cuts `m` rows into tiles of at most kMost, as equal as can be: calls body(rows, i) for the rows from i on.
template <int kMost, typename Body>
THIMBLE_INLINE void for_rows(int m, const Body& body) {
  const int piece = even_piece(m, kMost);
  for (int i = 0; i < m; i += piece) {
    const int rows = piece < m - i ? piece : m - i;
    with_constant<kMost>(rows, [&](auto count) THIMBLE_INLINE_LAMBDA { body(count, i); });
  }
}

template <typename I, int kRows, int kColumns>
struct Tile {
  using Vector = typename I::Vector;
  Vector sum[kRows][kColumns];

  /// Every row = `row`, of kColumns vectors.
  THIMBLE_INLINE void set_rows(const float* row) {
    for (int c = 0; c < kColumns; ++c) {
      for (int r = 0; r < kRows; ++r) sum[r][c] = I::load(row + c * I::kLanes);
    }
  }

  THIMBLE_INLINE void clear() {
    for (int r = 0; r < kRows; ++r) {
      for (int c = 0; c < kColumns; ++c) sum[r][c] = Vector{};
    }
  }

  /// sum(r, :) += sum over i < k of a[r * row + i * column] * b[i * ldb ...].
  THIMBLE_INLINE void add(const float* a, std::ptrdiff_t row, std::ptrdiff_t column, const float* b, std::ptrdiff_t ldb,
                          int k) {
    for (int i = 0; i < k; ++i, a += column, b += ldb) {
      Vector right[kColumns];
      for (int c = 0; c < kColumns; ++c) right[c] = I::load(b + c * I::kLanes);
      for (int r = 0; r < kRows; ++r) {
        for (int c = 0; c < kColumns; ++c) sum[r][c] += a[r * row] * right[c];
      }
    }
  }

  /// The same with a pointer for each row.
  THIMBLE_INLINE void add(const float* const (&a)[kRows], std::ptrdiff_t column, const float* b, std::ptrdiff_t ldb,
                          int k) {
    for (std::ptrdiff_t i = 0; i < k; ++i, b += ldb) {
      Vector right[kColumns];
      for (int c = 0; c < kColumns; ++c) right[c] = I::load(b + c * I::kLanes);
      for (int r = 0; r < kRows; ++r) {
        for (int c = 0; c < kColumns; ++c) sum[r][c] += a[r][i * column] * right[c];
      }
    }
  }

  THIMBLE_INLINE void clamp(float least, float most) {
    for (int r = 0; r < kRows; ++r) {
      for (int c = 0; c < kColumns; ++c) {
        const Vector low = I::all(least);
        const Vector high = I::all(most);
        sum[r][c] = sum[r][c] < low ? low : sum[r][c];
        sum[r][c] = sum[r][c] > high ? high : sum[r][c];
      }
    }
  }

  /// Writes the first `lanes` columns, or adds to them. lanes < kColumns * kLanes only in a tile of one vector.
  THIMBLE_INLINE void store(float* c, std::ptrdiff_t ldc, bool add, int lanes) const {
    const int count = kColumns == 1 ? lanes : I::kLanes;
    for (int r = 0; r < kRows; ++r) {
      for (int i = 0; i < kColumns; ++i) {
        float* target = c + r * ldc + i * I::kLanes;
        I::store(target, add ? I::load(target, count) + sum[r][i] : sum[r][i], count);
      }
    }
  }
};

}  // namespace thimble
