// The inner loops of matrix products: a tile of the result is summed up in registers. For operators that walk their
// operands in their own way; plain products are in ops/matrix.h.
#pragma once

#include "ops/simd.h"

namespace thimble {

inline constexpr std::integral_constant<std::ptrdiff_t, 1> kOne;

/// The most vectors and rows of a tile: the sums, one row of the right matrix and one number of the left one fit the
/// registers, and there are enough sums to hide the latency of an addition. More would only grow the program.
inline constexpr int kTileVectors = 2;
template <typename I>
constexpr int tile_rows(int vectors) {
  const int rows = (I::kRegisters - 1 - vectors) / vectors;
  constexpr int kMost = I::kRegisters > 16 ? 12 : 8;
  return rows > kMost ? kMost : rows;
}

/// Cuts `n` columns into tiles: calls body(isa, vectors, j, lanes) for the columns from j on, `vectors` vectors of isa
/// wide. Vectors are 8 wide towards the end, or 4 where there are no wider ones; only the last call may have fewer
/// columns, `lanes`, than its one vector.
template <typename I, int kMostVectors = kTileVectors, typename Body>
THIMBLE_INLINE void for_columns(int n, const Body& body, int j = 0) {
  constexpr int kStep = kMostVectors * I::kLanes;
  constexpr bool kLast = kMostVectors == 1 && I::kLanes <= kPartLanes;
  for (; kLast ? j < n : n - j >= kStep; j += kStep) {
    body(I{}, std::integral_constant<int, kMostVectors>{}, j, n - j < kStep ? n - j : kStep);
  }
  if constexpr (kMostVectors > 1) {
    for_columns<I, kMostVectors / 2>(n, body, j);
  } else if constexpr (!kLast) {
    for_columns<typename I::Half, 1>(n, body, j);
  }
}

/// Tiles come in these numbers of rows, so that the program does not grow too much.
constexpr bool is_tile_rows(int rows) {
  return rows == 1 || rows == 2 || rows == 4 || rows == 6 || rows == 8 || rows == 9 || rows == 12;
}

template <int kMost, typename Body>
THIMBLE_INLINE void with_rows(int rows, const Body& body) {
  if constexpr (is_tile_rows(kMost)) {
    if (rows == kMost) return body(std::integral_constant<int, kMost>{});
  }
  if constexpr (kMost > 1) with_rows<kMost - 1>(rows, body);
}

/// Cuts `m` rows into tiles of at most kMost, nearly equal: calls body(rows, i) for the rows from i on.
template <int kMost, typename Body>
THIMBLE_INLINE void for_rows(int m, const Body& body) {
  for (int i = 0, rows = 0; i < m; i += rows) {
    rows = even_piece(m - i, kMost);
    while (!is_tile_rows(rows)) --rows;
    with_rows<kMost>(rows, [&](auto count) THIMBLE_INLINE_LAMBDA { body(count, i); });
  }
}

template <typename I, int kRows, int kColumns>
struct Tile {
  using Vector = typename I::Vector;
  Vector sum[kRows][kColumns];

  /// Every row = `row`, of kColumns vectors.
  THIMBLE_INLINE void set_rows(const float* row) {
    THIMBLE_UNROLL
    for (int c = 0; c < kColumns; ++c) {
      THIMBLE_UNROLL
      for (int r = 0; r < kRows; ++r) sum[r][c] = I::load(row + c * I::kLanes);
    }
  }

  THIMBLE_INLINE void clear() {
    THIMBLE_UNROLL
    for (int r = 0; r < kRows; ++r) {
      THIMBLE_UNROLL
      for (int c = 0; c < kColumns; ++c) sum[r][c] = Vector{};
    }
  }

  /// sum(r, :) += sum over i < k of a[r * row + i * column] * b[i * ldb ...]. `row` and `column` are ptrdiff_t, or
  /// kOne where they are known to be 1: then the addresses cost nothing.
  template <typename Row, typename Column>
  THIMBLE_INLINE void add(const float* a, Row row, Column column, const float* b, std::ptrdiff_t ldb, int k) {
    for (int i = 0; i < k; ++i, a += column, b += ldb) {
      Vector right[kColumns];
      THIMBLE_UNROLL
      for (int c = 0; c < kColumns; ++c) right[c] = I::load(b + c * I::kLanes);
      THIMBLE_UNROLL
      for (int r = 0; r < kRows; ++r) {
        THIMBLE_UNROLL
        for (int c = 0; c < kColumns; ++c) sum[r][c] += a[r * row] * right[c];
      }
    }
  }

  /// The same with a pointer for each row.
  THIMBLE_INLINE void add(const float* const (&a)[kRows], std::ptrdiff_t column, const float* b, std::ptrdiff_t ldb,
                          int k) {
    for (std::ptrdiff_t i = 0; i < k; ++i, b += ldb) {
      Vector right[kColumns];
      THIMBLE_UNROLL
      for (int c = 0; c < kColumns; ++c) right[c] = I::load(b + c * I::kLanes);
      THIMBLE_UNROLL
      for (int r = 0; r < kRows; ++r) {
        THIMBLE_UNROLL
        for (int c = 0; c < kColumns; ++c) sum[r][c] += a[r][i * column] * right[c];
      }
    }
  }

  THIMBLE_INLINE void clamp(const Vector& least, const Vector& most) {
    THIMBLE_UNROLL
    for (int r = 0; r < kRows; ++r) {
      THIMBLE_UNROLL
      for (int c = 0; c < kColumns; ++c) sum[r][c] = clamp_lanes<I>(sum[r][c], least, most);
    }
  }

  /// Writes the first `lanes` columns, or adds to them. lanes < kColumns * kLanes only in a tile of one vector.
  THIMBLE_INLINE void store(float* c, std::ptrdiff_t ldc, bool add, int lanes) const {
    const int count = kColumns == 1 ? lanes : I::kLanes;
    THIMBLE_UNROLL
    for (int r = 0; r < kRows; ++r) {
      THIMBLE_UNROLL
      for (int i = 0; i < kColumns; ++i) {
        float* target = c + r * ldc + i * I::kLanes;
        I::store(target, add ? I::load(target, count) + sum[r][i] : sum[r][i], count);
      }
    }
  }
};

}  // namespace thimble
