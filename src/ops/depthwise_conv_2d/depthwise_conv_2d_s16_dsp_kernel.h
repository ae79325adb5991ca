/* Depthwise 2-D convolution of 16-bit activations with Armv7E-M's DSP instructions, for as many output as input
 * channels. Two channels at a time, so many rows as the window has are copied, channel by channel: two neighbours in a
 * row are the lanes of a multiplication. */
#ifndef THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_KERNEL_H
#define THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_KERNEL_H

#include "kernel/dsp16.h"
#include "kernel/kernel.h"
#include "kernel/window.h"

THIMBLE_BEGIN

typedef struct {
  thimble_window window; /* without dilation */
  /* 1 or 2: the filter is 3 x 3, moves by as much in a row, and the output is not narrow; 0: any other. With 1 its
   * rows' pairs of weights are (0, 1), (1, 2). Otherwise they are (0, 1), (2, 3), ..., the last filled up with 0. */
  int32_t step_3x3;
  int32_t pairs;     /* of weights in a row of the filter */
  int32_t row_pairs; /* of elements in a copied row, padding included */
  int32_t positive;  /* 1: no output is less than 0 */
  int32_t output_min, output_max;
} thimble_depthwise_conv_2d_s16_dsp_params;

/* filter [output_c][filter_h * pairs + 4]: weights, then the thimble_dsp16_channel. rows: scratch of 8 * filter_h *
 * row_pairs bytes. The output may take the input's place if it has the same shape. */
THIMBLE_SHARED_KERNEL void thimble_depthwise_conv_2d_s16_dsp(const thimble_depthwise_conv_2d_s16_dsp_params* p,
                                                             const int16_t* input, const uint32_t* filter,
                                                             uint32_t* rows, int16_t* output);
/* The same where step_3x3 is 0. */
THIMBLE_SHARED_KERNEL void thimble_depthwise_conv_2d_any_s16_dsp(const thimble_depthwise_conv_2d_s16_dsp_params* p,
                                                                 const int16_t* input, const uint32_t* filter,
                                                                 uint32_t* rows, int16_t* output);

THIMBLE_END

#endif
