/* Fully connected layers of 16-bit activations, four units at a time, as those of bytes
 * (fully_connected_units_kernel.h). */
#ifndef THIMBLE_FULLY_CONNECTED_S16_UNITS_KERNEL_H
#define THIMBLE_FULLY_CONNECTED_S16_UNITS_KERNEL_H

#include "kernel/dsp16.h"
#include "kernel/kernel.h"
#include "ops/fully_connected/fully_connected_long_kernel.h"
#include "ops/fully_connected/fully_connected_units_params_kernel.h"

THIMBLE_BEGIN

/* weights [units][depth]. bias [units]. factors [units] or [1]: their bias is not used. */
THIMBLE_SHARED_KERNEL void thimble_fully_connected_s16_units(const thimble_fully_connected_units_params* p,
                                                             const int16_t* input, const int8_t* weights,
                                                             const int32_t* bias, const thimble_dsp16_channel* factors,
                                                             int16_t* output);

/* The same where sums may pass 32 bits; bias may be NULL. */
THIMBLE_SHARED_KERNEL void thimble_fully_connected_long_s16_units(const thimble_fully_connected_long_params* p,
                                                                  const int16_t* input, const int8_t* weights,
                                                                  const int64_t* bias, const thimble_requant* requants,
                                                                  int16_t* output);

THIMBLE_END

#endif
