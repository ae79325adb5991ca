/* Functions of quantized elements as tables. */
#ifndef THIMBLE_LUT_H
#define THIMBLE_LUT_H

#include "kernel/elementwise.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

/* table [256], indexed by the byte that holds the element, signed or not. */
THIMBLE_KERNEL void thimble_lut_8(const thimble_elementwise_params* p, const uint8_t* input,
                                  const THIMBLE_FLASH uint8_t* table, uint8_t* output);

/* table [513]: kernel/lut16.h. */
THIMBLE_KERNEL void thimble_lut_16(const thimble_elementwise_params* p, const int16_t* input,
                                   const THIMBLE_FLASH int16_t* table, int16_t* output);

THIMBLE_END

#endif
