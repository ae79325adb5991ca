/* Fully connected layers: output [batches][units] = input [batches][depth] * weights [units][depth] + bias [units].
 * bias may be NULL. */
#ifndef THIMBLE_FULLY_CONNECTED_KERNEL_H
#define THIMBLE_FULLY_CONNECTED_KERNEL_H

#include "kernel/fixed_point.h"
#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef struct {
  int32_t batches, depth, units;
  float output_min, output_max;
} thimble_fully_connected_f32_params;

typedef struct {
  int32_t batches, depth, units;
  int32_t per_channel;    /* 1: requant holds a factor for each unit; 0: one for all */
  int32_t input_offset;   /* minus the input's zero point */
  int32_t weights_offset; /* minus the weights' zero point */
  int32_t output_offset;  /* the output's zero point */
  int32_t output_min, output_max;
} thimble_fully_connected_params;

THIMBLE_KERNEL void thimble_fully_connected_f32(const thimble_fully_connected_f32_params* p, const float* input,
                                                const THIMBLE_FLASH float* weights, const THIMBLE_FLASH float* bias,
                                                float* output);

/* requant: input scale * weights scale / output scale. */
THIMBLE_KERNEL void thimble_fully_connected_s8(const thimble_fully_connected_params* p, const int8_t* input,
                                               const THIMBLE_FLASH int8_t* weights, const THIMBLE_FLASH int32_t* bias,
                                               const THIMBLE_FLASH thimble_requant* requant, int8_t* output);

/* The same, rounded once: LiteRT's way. */
THIMBLE_KERNEL void thimble_fully_connected_s8_once(const thimble_fully_connected_params* p, const int8_t* input,
                                                    const THIMBLE_FLASH int8_t* weights,
                                                    const THIMBLE_FLASH int32_t* bias,
                                                    const THIMBLE_FLASH thimble_requant* requant, int8_t* output);

THIMBLE_KERNEL void thimble_fully_connected_u8(const thimble_fully_connected_params* p, const uint8_t* input,
                                               const THIMBLE_FLASH uint8_t* weights, const THIMBLE_FLASH int32_t* bias,
                                               const THIMBLE_FLASH thimble_requant* requant, uint8_t* output);

/* 16-bit activations, 8-bit weights: with a 64-bit bias and accumulator, or a 32-bit bias and accumulator. */
THIMBLE_KERNEL void thimble_fully_connected_s16(const thimble_fully_connected_params* p, const int16_t* input,
                                                const THIMBLE_FLASH int8_t* weights, const THIMBLE_FLASH int64_t* bias,
                                                const THIMBLE_FLASH thimble_requant* requant, int16_t* output);
THIMBLE_KERNEL void thimble_fully_connected_s16_b32(const thimble_fully_connected_params* p, const int16_t* input,
                                                    const THIMBLE_FLASH int8_t* weights,
                                                    const THIMBLE_FLASH int32_t* bias,
                                                    const THIMBLE_FLASH thimble_requant* requant, int16_t* output);

THIMBLE_END

#endif
