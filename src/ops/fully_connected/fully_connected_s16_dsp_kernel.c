#include "ops/fully_connected/fully_connected_s16_dsp_kernel.h"

#ifdef THIMBLE_DSP_LOOPS
#define THIMBLE_FULLY_CONNECTED_S16_DSP_PAIR(I) \
  "ldm %[w]!, {r8, r9}\n\t"                     \
  "smlald %[l" I "], %[h" I                     \
  "], r8, r4\n\t"                               \
  "sxtb16 r8, r8\n\t"                           \
  "smlad %[b" I "], r8, r4, %[b" I              \
  "]\n\t"                                       \
  "smlald %[l" I "], %[h" I                     \
  "], r9, r5\n\t"                               \
  "sxtb16 r9, r9\n\t"                           \
  "smlad %[b" I "], r9, r5, %[b" I "]\n\t"
#define THIMBLE_FULLY_CONNECTED_S16_DSP_QUAD \
  "ldr r4, [%[x]], #4\n\t"                   \
  "ldr r5, [%[x]], #4\n\t" THIMBLE_FULLY_CONNECTED_S16_DSP_PAIR("0") THIMBLE_FULLY_CONNECTED_S16_DSP_PAIR("1")
#endif

#ifndef THIMBLE_DSP_LOOPS
/* sum + a.low * b.low + a.high * b.high. */
static inline int64_t thimble_fully_connected_s16_dsp_smlald(uint32_t a, uint32_t b, int64_t sum) {
  return sum + (int16_t)a * (int16_t)b + (int64_t)(int16_t)(a >> 16) * (int16_t)(b >> 16);
}
#endif

#define THIMBLE_FULLY_CONNECTED_S16_DSP_QUADS 124 /* products of 496 inputs and weights from -127 on fit 32 bits */

/* The sums of the products of four units. Returns the end of the weights. */
THIMBLE_DSP_CALLED const uint32_t* thimble_fully_connected_s16_dsp_dot(const uint32_t* weights, const int16_t* input,
                                                                       int32_t quads, int32_t sums[4]) {
  int32_t b0 = 0, b1 = 0;
#ifdef THIMBLE_DSP_LOOPS
  uint32_t low_0 = 0, high_0 = 0, low_1 = 0, high_1 = 0;
  __asm__ volatile(
      "subs %[n], %[n], #4\n\t"
      "blt 2f\n"
      "1:\n\t" THIMBLE_FULLY_CONNECTED_S16_DSP_QUAD THIMBLE_FULLY_CONNECTED_S16_DSP_QUAD
          THIMBLE_FULLY_CONNECTED_S16_DSP_QUAD THIMBLE_FULLY_CONNECTED_S16_DSP_QUAD
      "subs %[n], %[n], #4\n\t"
      "bge 1b\n"
      "2:\n\t"
      "adds %[n], %[n], #4\n\t"
      "beq 4f\n"
      "3:\n\t" THIMBLE_FULLY_CONNECTED_S16_DSP_QUAD
      "subs %[n], %[n], #1\n\t"
      "bne 3b\n"
      "4:\n\t"
      : [l0] "+r"(low_0), [h0] "+r"(high_0), [b0] "+r"(b0), [l1] "+r"(low_1), [h1] "+r"(high_1), [b1] "+r"(b1),
        [w] "+r"(weights), [x] "+r"(input), [n] "+r"(quads)
      :
      : "r4", "r5", "r8", "r9", "cc", "memory");
  const int64_t a0 = (int64_t)((uint64_t)high_0 << 32 | low_0), a1 = (int64_t)((uint64_t)high_1 << 32 | low_1);
#else
  int64_t a0 = 0, a1 = 0;
  for (; quads > 0; --quads, input += 4, weights += 4) {
    const uint32_t first = thimble_dsp_load(input), second = thimble_dsp_load(input + 2);
    a0 = thimble_fully_connected_s16_dsp_smlald(weights[0], first, a0);
    a0 = thimble_fully_connected_s16_dsp_smlald(weights[1], second, a0);
    b0 = thimble_dsp_smlad(thimble_dsp_even(weights[0]), first, b0);
    b0 = thimble_dsp_smlad(thimble_dsp_even(weights[1]), second, b0);
    a1 = thimble_fully_connected_s16_dsp_smlald(weights[2], first, a1);
    a1 = thimble_fully_connected_s16_dsp_smlald(weights[3], second, a1);
    b1 = thimble_dsp_smlad(thimble_dsp_even(weights[2]), first, b1);
    b1 = thimble_dsp_smlad(thimble_dsp_even(weights[3]), second, b1);
  }
#endif
  sums[0] = b0, sums[1] = (int32_t)((a0 - b0) >> 8);
  sums[2] = b1, sums[3] = (int32_t)((a1 - b1) >> 8);
  return weights;
}

THIMBLE_DSP_CALLED void thimble_fully_connected_s16_dsp_row(const thimble_fully_connected_s16_dsp_params* p,
                                                            const int16_t* input, const uint32_t* weights,
                                                            const thimble_dsp16_channel* channel, int16_t* output) {
  for (int32_t left = p->units; left > 0; left -= 4, channel += 4, output += 4) {
    int32_t sums[4];
    weights = thimble_fully_connected_s16_dsp_dot(weights, input, p->quads, sums);
    for (int32_t i = 0; i < 4; ++i) {
      sums[i] = thimble_dsp16_saturate(thimble_dsp16_scale(sums[i] + channel[i].bias, channel[i]), p->positive);
    }
    if (p->narrow) thimble_dsp_clamp_4(sums, p->output_min, p->output_max);
    /* Units that are not there are written where unit 0 goes, and before it. */
    output[left > 3 ? 3 : 0] = (int16_t)sums[3];
    output[left > 2 ? 2 : 0] = (int16_t)sums[2];
    output[left > 1 ? 1 : 0] = (int16_t)sums[1];
    output[0] = (int16_t)sums[0];
  }
}

/* A row of inputs, filled up to fours. */
static inline const int16_t* thimble_fully_connected_s16_dsp_fill(const int16_t* input, int32_t depth,
                                                                  int16_t* padded) {
  if (!padded) return input;
  for (int32_t i = 0; i < depth; ++i) padded[i] = input[i];
  return padded;
}

THIMBLE_SHARED_KERNEL void thimble_fully_connected_s16_dsp(const thimble_fully_connected_s16_dsp_params* p,
                                                           const int16_t* input, const uint32_t* weights,
                                                           const thimble_dsp16_channel* channels, int16_t* padded,
                                                           int16_t* output) {
  for (int32_t b = 0; b < p->batches; ++b, input += p->depth, output += p->units) {
    const int16_t* const row = thimble_fully_connected_s16_dsp_fill(input, p->depth, padded);
    thimble_fully_connected_s16_dsp_row(p, row, weights, channels, output);
  }
}

THIMBLE_SHARED_KERNEL void thimble_fully_connected_long_s16_dsp(const thimble_fully_connected_long_params* p,
                                                                const int16_t* input, const uint32_t* weights,
                                                                const int64_t* bias, const thimble_requant* requants,
                                                                int16_t* padded, int16_t* output) {
  for (int32_t b = 0; b < p->batches; ++b, input += p->depth, output += p->units) {
    const int16_t* const row = thimble_fully_connected_s16_dsp_fill(input, p->depth, padded);
    const uint32_t* weight = weights;
    for (int32_t unit = 0; unit < p->units; unit += 4) {
      int64_t sums[4] = {0, 0, 0, 0};
      for (int32_t i = 0; i < p->steps; i += THIMBLE_FULLY_CONNECTED_S16_DSP_QUADS) {
        const int32_t left = p->steps - i;
        int32_t part[4];
        weight = thimble_fully_connected_s16_dsp_dot(
            weight, row + 4 * i,
            left < THIMBLE_FULLY_CONNECTED_S16_DSP_QUADS ? left : THIMBLE_FULLY_CONNECTED_S16_DSP_QUADS, part);
        for (int32_t j = 0; j < 4; ++j) sums[j] += part[j];
      }
      thimble_fully_connected_long_outputs(p, sums, bias, requants, unit, output);
    }
  }
}
