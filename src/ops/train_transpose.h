// Transposition of float matrices, for training's kernels that pack weights.
#pragma once

#include <cstddef>

namespace thimble {

/// to[c][r] = from[r][c], for `rows` rows of `columns`; rows lie from_row and to_row floats apart.
void transpose_matrix(int rows, int columns, const float* from, std::ptrdiff_t from_row, float* to,
                      std::ptrdiff_t to_row);

}  // namespace thimble
