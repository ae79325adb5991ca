/* What the kernels of FULLY_CONNECTED for four units at a time are told, those of bytes and of 16 bits. */
#ifndef THIMBLE_FULLY_CONNECTED_UNITS_PARAMS_KERNEL_H
#define THIMBLE_FULLY_CONNECTED_UNITS_PARAMS_KERNEL_H

#include <stdint.h>

typedef struct {
  int32_t batches, depth, units;
  int32_t per_channel; /* 1: a factor for each unit; 0: one for all */
  int32_t narrow;      /* 1: the output's range is less than its type's */
  int32_t output_min, output_max;
} thimble_fully_connected_units_params;

#endif
