#include "ops/train_transpose.h"

#include <cstdint>

#include "ops/isa_choice.h"

#if defined(THIMBLE_HOST_BODIES)
THIMBLE_AVX2

/// In squares of 8 x 8, as many as there are.
inline void transpose_squares(int rows, int columns, const float* from, std::ptrdiff_t from_row, float* to,
                              std::ptrdiff_t to_row) {
  constexpr int kSide = 8;
  for (int r = 0; r + kSide <= rows; r += kSide) {
    for (int c = 0; c + kSide <= columns; c += kSide) {
      __m256 v[kSide];
      for (int i = 0; i < kSide; ++i) v[i] = _mm256_loadu_ps(from + (r + i) * from_row + c);
      transpose(v);
      for (int i = 0; i < kSide; ++i) _mm256_storeu_ps(to + (c + i) * to_row + r, v[i]);
    }
  }
}

THIMBLE_ISA_END
#endif

namespace thimble {
namespace {

void transpose_part(int first_row, int rows, int first_column, int columns, const float* from, std::ptrdiff_t from_row,
                    float* to, std::ptrdiff_t to_row) {
  for (int c = first_column; c < columns; ++c) {
    for (int r = first_row; r < rows; ++r) to[c * to_row + r] = from[r * from_row + c];
  }
}

}  // namespace

void transpose_matrix(int rows, int columns, const float* from, std::ptrdiff_t from_row, float* to,
                      std::ptrdiff_t to_row) {
  int whole_rows = 0, whole_columns = 0;
#if defined(THIMBLE_HOST_BODIES)
  if (simd_level() >= SimdLevel::kAvx2) {
    whole_rows = rows / 8 * 8;
    whole_columns = columns / 8 * 8;
    avx2::transpose_squares(rows, columns, from, from_row, to, to_row);
  }
#endif
  transpose_part(0, whole_rows, whole_columns, columns, from, from_row, to, to_row);
  transpose_part(whole_rows, rows, 0, columns, from, from_row, to, to_row);
}

}  // namespace thimble
