/* Rows of a table, chosen by index. Indices out of range count as the nearest in range. */
#ifndef THIMBLE_EMBEDDING_LOOKUP_KERNEL_H
#define THIMBLE_EMBEDDING_LOOKUP_KERNEL_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t count; /* of indices */
  int32_t rows;  /* of the table; at least 1 */
  int32_t row_bytes;
} thimble_embedding_lookup_params;

typedef struct {
  int32_t count, rows;
  int32_t columns;
  int32_t per_row; /* 1: scales holds one for each row; 0: one for all */
} thimble_embedding_lookup_dequantize_params;

THIMBLE_KERNEL void thimble_embedding_lookup(const thimble_embedding_lookup_params* p, const int32_t* indices,
                                             const void* table, void* output);
/* From a symmetrically quantized table to floats. */
THIMBLE_KERNEL void thimble_embedding_lookup_s8_f32(const thimble_embedding_lookup_dequantize_params* p,
                                                    const int32_t* indices, const int8_t* table, const float* scales,
                                                    float* output);

THIMBLE_END

#endif
