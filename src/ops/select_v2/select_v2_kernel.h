/* A choice between the elements of two operands, of 1, 2, 4 or 8 bytes. */
#ifndef THIMBLE_SELECT_V2_KERNEL_H
#define THIMBLE_SELECT_V2_KERNEL_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

/* Nested loops over the output, the innermost last; those not needed have size 1. How far each operand moves on in
 * each, in elements; 0 where it is repeated. */
typedef struct {
  int32_t size[6];
  int32_t condition_step[6], x_step[6], y_step[6];
} thimble_select_v2_params;

/* output = condition ? x : y */
THIMBLE_KERNEL void thimble_select_v2_8(const thimble_select_v2_params* p, const uint8_t* condition, const uint8_t* x,
                                        const uint8_t* y, uint8_t* output);
THIMBLE_KERNEL void thimble_select_v2_16(const thimble_select_v2_params* p, const uint8_t* condition, const uint16_t* x,
                                         const uint16_t* y, uint16_t* output);
THIMBLE_KERNEL void thimble_select_v2_32(const thimble_select_v2_params* p, const uint8_t* condition, const uint32_t* x,
                                         const uint32_t* y, uint32_t* output);
THIMBLE_KERNEL void thimble_select_v2_64(const thimble_select_v2_params* p, const uint8_t* condition, const uint64_t* x,
                                         const uint64_t* y, uint64_t* output);

THIMBLE_END

#endif
