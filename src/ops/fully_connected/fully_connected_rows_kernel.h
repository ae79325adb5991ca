/* A fully connected layer whose input arrives in parts: sums [units] live from `begin` to `end`. Batch 1. */
#ifndef THIMBLE_FULLY_CONNECTED_ROWS_KERNEL_H
#define THIMBLE_FULLY_CONNECTED_ROWS_KERNEL_H

#include "kernel/fixed_point.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t part, depth, units; /* inputs of a part, of the layer */
  int32_t per_channel;        /* 1: requant holds a factor for each unit; 0: one for all */
  int32_t input_offset;       /* minus the input's zero point */
  int32_t output_offset;      /* the output's zero point */
  int32_t output_min, output_max;
} thimble_fully_connected_rows_params;

/* bias [units] may be NULL. */
THIMBLE_KERNEL void thimble_fully_connected_rows_begin(const thimble_fully_connected_rows_params* p,
                                                       const THIMBLE_FLASH int32_t* bias, int32_t* sums);
/* weights: of the part's first input; [units][depth]. */
THIMBLE_KERNEL void thimble_fully_connected_rows_part(const thimble_fully_connected_rows_params* p, const int8_t* input,
                                                      const THIMBLE_FLASH int8_t* weights, int32_t* sums);
THIMBLE_KERNEL void thimble_fully_connected_rows_end(const thimble_fully_connected_rows_params* p, const int32_t* sums,
                                                     const THIMBLE_FLASH thimble_requant* requant, int8_t* output);

THIMBLE_END

#endif
