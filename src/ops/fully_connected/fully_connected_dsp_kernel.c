#include "ops/fully_connected/fully_connected_dsp_kernel.h"

#ifdef THIMBLE_DSP_LOOPS
#define THIMBLE_FULLY_CONNECTED_DSP_QUAD \
  "ldr r5, [%[x]], #4\n\t"               \
  "ldm %[w]!, {r8, r9, r10, r11}\n\t"    \
  "sxtb16 r4, r5\n\t"                    \
  "sxtb16 r5, r5, ror #8\n\t"            \
  "smlad %[a0], r8, r4, %[a0]\n\t"       \
  "sxtb16 r8, r8\n\t"                    \
  "smlad %[b0], r8, r4, %[b0]\n\t"       \
  "smlad %[a0], r9, r5, %[a0]\n\t"       \
  "sxtb16 r9, r9\n\t"                    \
  "smlad %[b0], r9, r5, %[b0]\n\t"       \
  "smlad %[a1], r10, r4, %[a1]\n\t"      \
  "sxtb16 r10, r10\n\t"                  \
  "smlad %[b1], r10, r4, %[b1]\n\t"      \
  "smlad %[a1], r11, r5, %[a1]\n\t"      \
  "sxtb16 r11, r11\n\t"                  \
  "smlad %[b1], r11, r5, %[b1]\n\t"
#endif

/* Adds the products of `quads` times 4 inputs with the weights of four units to their sums. Returns the end of the
 * weights. */
THIMBLE_DSP_CALLED const uint32_t* thimble_fully_connected_dsp_dot(const uint32_t* weights, const int8_t* input,
                                                                   int32_t quads, int32_t sums[4]) {
  int32_t a0 = sums[0], b0 = a0, a1 = sums[2], b1 = a1;
#ifdef THIMBLE_DSP_LOOPS
  __asm__ volatile(
      "subs %[n], %[n], #4\n\t"
      "blt 2f\n"
      "1:\n\t" THIMBLE_FULLY_CONNECTED_DSP_QUAD THIMBLE_FULLY_CONNECTED_DSP_QUAD THIMBLE_FULLY_CONNECTED_DSP_QUAD
          THIMBLE_FULLY_CONNECTED_DSP_QUAD
      "subs %[n], %[n], #4\n\t"
      "bge 1b\n"
      "2:\n\t"
      "adds %[n], %[n], #4\n\t"
      "beq 4f\n"
      "3:\n\t" THIMBLE_FULLY_CONNECTED_DSP_QUAD
      "subs %[n], %[n], #1\n\t"
      "bne 3b\n"
      "4:\n\t"
      : [a0] "+r"(a0), [b0] "+r"(b0), [a1] "+r"(a1), [b1] "+r"(b1), [w] "+r"(weights), [x] "+r"(input), [n] "+r"(quads)
      :
      : "r4", "r5", "r8", "r9", "r10", "r11", "cc", "memory");
#else
  for (; quads > 0; --quads, input += 4, weights += 4) {
    const uint32_t word = thimble_dsp_load(input), even = thimble_dsp_even(word), odd = thimble_dsp_odd(word);
    a0 = thimble_dsp_smlad(weights[1], odd, thimble_dsp_smlad(weights[0], even, a0));
    b0 =
        thimble_dsp_smlad(thimble_dsp_even(weights[1]), odd, thimble_dsp_smlad(thimble_dsp_even(weights[0]), even, b0));
    a1 = thimble_dsp_smlad(weights[3], odd, thimble_dsp_smlad(weights[2], even, a1));
    b1 =
        thimble_dsp_smlad(thimble_dsp_even(weights[3]), odd, thimble_dsp_smlad(thimble_dsp_even(weights[2]), even, b1));
  }
#endif
  sums[0] = b0, sums[1] += thimble_wrap_sub(a0, b0) >> 8;
  sums[2] = b1, sums[3] += thimble_wrap_sub(a1, b1) >> 8;
  return weights;
}

/* Adds the products of a row of inputs with the weights of four units to their sums. Returns the end of the weights. */
static inline const uint32_t* thimble_fully_connected_dsp_add(const thimble_fully_connected_dsp_params* p,
                                                              const int8_t* input, const uint32_t* weights,
                                                              int32_t sums[4]) {
  int32_t quads = p->quads;
  for (; quads > p->segment_quads; quads -= p->segment_quads, input += 4 * p->segment_quads) {
    weights = thimble_fully_connected_dsp_dot(weights, input, p->segment_quads, sums);
  }
  return thimble_fully_connected_dsp_dot(weights, input, quads, sums);
}

/* The outputs of four units, of which `left` are there. Returns the next four's factors. */
static inline const thimble_dsp_channel* thimble_fully_connected_dsp_finish(const thimble_fully_connected_dsp_params* p,
                                                                            int32_t sums[4],
                                                                            const thimble_dsp_channel* factor,
                                                                            int32_t left, int8_t* output) {
  if (p->per_channel) {
    for (int32_t i = 0; i < 4; ++i) sums[i] = thimble_dsp_requantize(sums[i] * 2, *factor++);
  } else {
    thimble_dsp_requantize_4(sums, factor);
  }
  if (p->narrow) thimble_dsp_clamp_4(sums, p->output_min, p->output_max);
  /* Units that are not there are written where unit 0 goes, and before it. */
  output[left > 3 ? 3 : 0] = (int8_t)sums[3];
  output[left > 2 ? 2 : 0] = (int8_t)sums[2];
  output[left > 1 ? 1 : 0] = (int8_t)sums[1];
  output[0] = (int8_t)sums[0];
  return factor;
}

THIMBLE_DSP_CALLED void thimble_fully_connected_dsp_row(const thimble_fully_connected_dsp_params* p,
                                                        const int8_t* input, const uint32_t* weights,
                                                        const int32_t* bias, const thimble_dsp_channel* factor,
                                                        int8_t* output) {
  for (int32_t left = p->units; left > 0; left -= 4, bias += 4, output += 4) {
    int32_t sums[4];
    memcpy(sums, bias, sizeof(sums));
    THIMBLE_DSP_IN_REGISTER(output);
    THIMBLE_DSP_IN_REGISTER(bias);
    weights = thimble_fully_connected_dsp_add(p, input, weights, sums);
    factor = thimble_fully_connected_dsp_finish(p, sums, factor, left, output);
  }
}

THIMBLE_SHARED_KERNEL void thimble_fully_connected_dsp(const thimble_fully_connected_dsp_params* p, const int8_t* input,
                                                       const uint32_t* weights, const int32_t* bias,
                                                       const thimble_dsp_channel* factors, int8_t* padded,
                                                       int8_t* output) {
  for (int32_t b = 0; b < p->batches; ++b, input += p->depth, output += p->units) {
    if (padded) {
      for (int32_t i = 0; i < p->depth; ++i) padded[i] = input[i];
    }
    thimble_fully_connected_dsp_row(p, padded ? padded : input, weights, bias, factors, output);
  }
}

THIMBLE_KERNEL void thimble_fully_connected_dsp_begin(const thimble_fully_connected_dsp_params* p, const int32_t* bias,
                                                      int32_t* sums) {
  memcpy(sums, bias, (size_t)((p->units + 3) / 4) * 4 * sizeof(*sums));
}

THIMBLE_KERNEL void thimble_fully_connected_dsp_part(const thimble_fully_connected_dsp_params* p, const int8_t* input,
                                                     const uint32_t* weights, int32_t* sums) {
  for (int32_t left = p->units; left > 0; left -= 4, sums += 4) {
    weights = thimble_fully_connected_dsp_add(p, input, weights, sums);
  }
}

THIMBLE_KERNEL void thimble_fully_connected_dsp_end(const thimble_fully_connected_dsp_params* p, int32_t* sums,
                                                    const thimble_dsp_channel* factors, int8_t* output) {
  for (int32_t left = p->units; left > 0; left -= 4, sums += 4, output += 4) {
    factors = thimble_fully_connected_dsp_finish(p, sums, factors, left, output);
  }
}
