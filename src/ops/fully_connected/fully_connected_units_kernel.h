/* Fully connected layers of bytes, four units at a time: for CPUs that multiply 32 bits at a time. */
#ifndef THIMBLE_FULLY_CONNECTED_UNITS_KERNEL_H
#define THIMBLE_FULLY_CONNECTED_UNITS_KERNEL_H

#include "kernel/dsp.h"
#include "kernel/kernel.h"
#include "ops/fully_connected/fully_connected_units_params_kernel.h"

THIMBLE_BEGIN

/* weights [units][depth]. bias [units], with the input's zero point in it. factors [units] or [1]: their bias is not
 * used. */
THIMBLE_SHARED_KERNEL void thimble_fully_connected_units(const thimble_fully_connected_units_params* p,
                                                         const int8_t* input, const int8_t* weights,
                                                         const int32_t* bias, const thimble_dsp_channel* factors,
                                                         int8_t* output);

THIMBLE_END

#endif
