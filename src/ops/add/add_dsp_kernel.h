/* Sum of as many bytes with Armv7E-M's DSP instructions. */
#ifndef THIMBLE_ADD_DSP_KERNEL_H
#define THIMBLE_ADD_DSP_KERNEL_H

#include "kernel/dsp.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

/* Both operands are brought to half the scale of b, the larger, with 20 more bits. The bias of a factor is not used. */
typedef struct {
  int32_t count;
  int32_t offset_a, offset_b; /* minus the zero points */
  int32_t shift_a;            /* of a, doubled, before its factor is applied: 21, or 22 and the factor is halved */
  thimble_dsp_channel factor_a;
  thimble_dsp_channel factor_output;
  int32_t narrow; /* 1: the output's range is less than 8 bits */
  int32_t output_min, output_max;
} thimble_add_dsp_params;

/* The output may take the place of a or b. */
THIMBLE_KERNEL void thimble_add_dsp(const thimble_add_dsp_params* p, const int8_t* a, const int8_t* b, int8_t* output);
/* The same of 16 bits, without zero points: 15 more bits instead of 20; shift_a is 16. */
THIMBLE_KERNEL void thimble_add_s16_dsp(const thimble_add_dsp_params* p, const int16_t* a, const int16_t* b,
                                        int16_t* output);

THIMBLE_END

#endif
