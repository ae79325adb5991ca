/* Convolution with packed weights: output channels are taken out of one stream of bits, one after the other, and each
 * runs over the whole image before the next. A dense layer is a convolution of 1 x 1.
 *
 * The stream, each byte from its highest bit down, holds for each output channel: bias, multiplier and shift, each as
 * an unsigned number of as many bits as the layer needs, to which the layer's least one is added; then the channel's
 * weights, in the order in which they are used, in a canonical prefix code. */
#ifndef THIMBLE_PACKED_CONV_H
#define THIMBLE_PACKED_CONV_H

#include "kernel/fixed_point.h"
#include "kernel/flash.h"
#include "kernel/kernel.h"
#include "kernel/window.h"

/* Where size counts, layers share a body anyway, and the compiler folds what they have in common. */
#if defined(__OPTIMIZE_SIZE__)
#define THIMBLE_PACKED_KERNEL THIMBLE_KERNEL
#else
#define THIMBLE_PACKED_KERNEL THIMBLE_SHARED_KERNEL
#endif

THIMBLE_BEGIN

typedef struct {
  thimble_window window; /* of one image, not dilated */
  int32_t depthwise;     /* output channel c sees only input channel c / depthwise; 0: all of them */
  int32_t input_offset;  /* minus the input's zero point */
  int32_t output_offset; /* the output's zero point */
  int32_t output_min, output_max;
  int32_t bias_bits, multiplier_bits, shift_bits; /* at most 32 */
  int32_t bias, multiplier, shift;                /* the least ones */
} thimble_packed_conv_params;

/* code: kernel/packed_bits.h. scratch: room for the weights of a channel. */
THIMBLE_PACKED_KERNEL void thimble_packed_conv_s8(const thimble_packed_conv_params* p, const int8_t* input,
                                                  const THIMBLE_FLASH uint8_t* packed,
                                                  const THIMBLE_FLASH uint8_t* code, int8_t* scratch, int8_t* output);

THIMBLE_END

#endif
