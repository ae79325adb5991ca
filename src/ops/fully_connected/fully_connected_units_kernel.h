/* Fully connected layers of bytes, four units at a time: for CPUs that multiply 32 bits at a time. */
#ifndef THIMBLE_FULLY_CONNECTED_UNITS_KERNEL_H
#define THIMBLE_FULLY_CONNECTED_UNITS_KERNEL_H

#include "kernel/dsp.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t batches, depth, units;
  int32_t per_channel; /* 1: a factor for each unit; 0: one for all */
  int32_t narrow;      /* 1: the output's range is less than 8 bits */
  int32_t output_min, output_max;
} thimble_fully_connected_units_params;

/* weights [units][depth]. bias [units], with the input's zero point in it. factors [units] or [1]: their bias is not
 * used. */
THIMBLE_SHARED_KERNEL void thimble_fully_connected_units(const thimble_fully_connected_units_params* p,
                                                         const int8_t* input, const int8_t* weights,
                                                         const int32_t* bias, const thimble_dsp_channel* factors,
                                                         int8_t* output);

THIMBLE_END

#endif
