/* Products of matrices: output [batches][rows][columns] = a [..][rows][depth] * b [..][depth][columns], where batches
 * of a and b may be repeated and either may lie transposed in memory. */
#ifndef THIMBLE_BATCH_MATMUL_KERNEL_H
#define THIMBLE_BATCH_MATMUL_KERNEL_H

#include "kernel/broadcast.h"
#include "kernel/fixed_point.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

/* Element (i, k) of a matrix of a is i * a_row + k * a_depth from its start; (k, j) of b is k * b_depth + j * b_column.
 */
typedef struct {
  thimble_broadcast batches; /* in matrices */
  int32_t rows, depth, columns;
  int32_t a_row, a_depth;
  int32_t b_depth, b_column;
} thimble_batch_matmul_shape;

typedef struct {
  thimble_batch_matmul_shape shape;
} thimble_batch_matmul_f32_params;

typedef struct {
  thimble_batch_matmul_shape shape;
  int32_t offset_a, offset_b; /* minus the zero points */
  thimble_requant requant;    /* scale of a * scale of b / output scale */
  int32_t output_offset;      /* the output's zero point */
} thimble_batch_matmul_params;

THIMBLE_KERNEL void thimble_batch_matmul_f32(const thimble_batch_matmul_f32_params* p, const float* a, const float* b,
                                             float* output);
THIMBLE_KERNEL void thimble_batch_matmul_s8(const thimble_batch_matmul_params* p, const int8_t* a, const int8_t* b,
                                            int8_t* output);
/* 64-bit accumulators. */
THIMBLE_KERNEL void thimble_batch_matmul_s16(const thimble_batch_matmul_params* p, const int16_t* a, const int16_t* b,
                                             int16_t* output);

THIMBLE_END

#endif
