/* Sum of as many bytes, or elements of 16 bits, with Armv8.1-M's vector instructions. */
#ifndef THIMBLE_ADD_MVE_KERNEL_H
#define THIMBLE_ADD_MVE_KERNEL_H

#include "kernel/kernel.h"
#include "kernel/mve.h"

THIMBLE_BEGIN

/* Both operands are brought to half the scale of b, the larger, with 20 more bits: b by a shift of 19. */
typedef struct {
  thimble_mve_param offset_a; /* minus the zero point, times factor_a */
  thimble_mve_param multiplier_a, requant_shift_a;
  thimble_mve_param factor_a;          /* 1 << 20, or 1 << 21 and the factor is halved */
  thimble_mve_param offset_b;          /* minus the zero point, times factor_b */
  thimble_mve_param factor_b;          /* 1 << 19 */
  thimble_mve_param multiplier, shift; /* of the sum */
  thimble_mve_param zero_point;
  int32_t exact; /* thimble_mve_requantize */
  int32_t count;
  int32_t narrow; /* 1: the output's range is less than 8 bits */
  int32_t output_min, output_max;
} thimble_add_mve_params;

/* The output may take the place of a or b. */
THIMBLE_SHARED_KERNEL void thimble_add_mve(const thimble_add_mve_params* p, const int8_t* a, const int8_t* b,
                                           int8_t* output);
/* The same of 16 bits: 15 more bits instead of 20, shifts of 15, 16 and 14 instead of 20, 21 and 19; zero_point is the
 * output's range, as thimble_mve_requantize_16 takes it. */
THIMBLE_SHARED_KERNEL void thimble_add_s16_mve(const thimble_add_mve_params* p, const int16_t* a, const int16_t* b,
                                               int16_t* output);

THIMBLE_END

#endif
