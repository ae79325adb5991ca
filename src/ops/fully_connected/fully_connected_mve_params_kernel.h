/* What the kernels of FULLY_CONNECTED for Armv8.1-M's vector instructions are told, those of bytes and of 16 bits. */
#ifndef THIMBLE_FULLY_CONNECTED_MVE_PARAMS_KERNEL_H
#define THIMBLE_FULLY_CONNECTED_MVE_PARAMS_KERNEL_H

#include "kernel/mve.h"

typedef struct {
  int32_t batches, depth, units;
  int32_t factor_step; /* bytes from the factors of eight units to the next; 0: one factor for all */
  int32_t zero_point;  /* the output's; of 16 bits: its range, as thimble_mve_requantize_16 takes it */
  int32_t narrow;      /* 1: the output's range is less than 8 bits */
  int32_t output_min, output_max;
} thimble_fully_connected_mve_params;

#endif
