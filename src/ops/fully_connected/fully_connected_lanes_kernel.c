#include "ops/fully_connected/fully_connected_lanes_kernel.h"

#ifdef THIMBLE_DSP_LONG_LOOPS
/* A block's sum in r6: the weights in REGISTER times the inputs in X0 and X1, to what the block starts with; and more
 * of them. */
#define THIMBLE_FULLY_CONNECTED_LANES_FIRST(REGISTER, X0, X1, START) \
  "and r6, " REGISTER                                                \
  ", #0x00FF00FF\n\t"                                                \
  "and " REGISTER ", %[mask], " REGISTER                             \
  ", lsr #8\n\t"                                                     \
  "mla r6, r6, " X0 ", " START                                       \
  "\n\t"                                                             \
  "mla r6, " REGISTER ", " X1 ", r6\n\t"
#define THIMBLE_FULLY_CONNECTED_LANES_NEXT(REGISTER, X0, X1) \
  "and r10, " REGISTER                                       \
  ", #0x00FF00FF\n\t"                                        \
  "and " REGISTER ", %[mask], " REGISTER                     \
  ", lsr #8\n\t"                                             \
  "mla r6, r10, " X0                                         \
  ", r6\n\t"                                                 \
  "mla r6, " REGISTER ", " X1 ", r6\n\t"
#define THIMBLE_FULLY_CONNECTED_LANES_ONE \
  "ldm %[x]!, {r4, r5, r9}\n\t"                              \
  "ldm %[w]!, {r10, r11}\n\t"                                \
  THIMBLE_FULLY_CONNECTED_LANES_FIRST("r10", "r4", "r5", "r9") \
  "add %[s0], %[s0], r6, asr #16\n\t"                        \
  THIMBLE_FULLY_CONNECTED_LANES_FIRST("r11", "r4", "r5", "r9") \
  "add %[s1], %[s1], r6, asr #16\n\t"
#define THIMBLE_FULLY_CONNECTED_LANES_TWO \
  "ldm %[x]!, {r3, r4, r5, r9, r12}\n\t"                       \
  "ldm %[w]!, {r10, r11}\n\t"                                  \
  THIMBLE_FULLY_CONNECTED_LANES_FIRST("r10", "r3", "r4", "r12") \
  THIMBLE_FULLY_CONNECTED_LANES_NEXT("r11", "r5", "r9")        \
  "add %[s0], %[s0], r6, asr #16\n\t"                          \
  "ldm %[w]!, {r10, r11}\n\t"                                  \
  THIMBLE_FULLY_CONNECTED_LANES_FIRST("r10", "r3", "r4", "r12") \
  THIMBLE_FULLY_CONNECTED_LANES_NEXT("r11", "r5", "r9")        \
  "add %[s1], %[s1], r6, asr #16\n\t"
#define THIMBLE_FULLY_CONNECTED_LANES_LOOP(BLOCK) \
  "subs %[n], %[n], #4\n\t"                       \
  "blt 2f\n"                                      \
  "1:\n\t" BLOCK BLOCK BLOCK BLOCK                \
  "subs %[n], %[n], #4\n\t"                       \
  "bge 1b\n"                                      \
  "2:\n\t"                                        \
  "adds %[n], %[n], #4\n\t"                       \
  "beq 4f\n"                                      \
  "3:\n\t" BLOCK                                  \
  "subs %[n], %[n], #1\n\t"                       \
  "bne 3b\n"                                      \
  "4:\n\t"
#else
static inline uint32_t thimble_fully_connected_lanes_quad(uint32_t weights, const uint32_t* columns, uint32_t sum) {
  const uint32_t mask = UINT32_C(0x00FF00FF);
  return sum + (weights & mask) * columns[0] + ((weights >> 8) & mask) * columns[1];
}
#endif

/* Adds the products of all blocks with the weights of two units to their sums. Returns the end of the weights. */
THIMBLE_DSP_CALLED const uint32_t* thimble_fully_connected_lanes_dot_1(const uint32_t* weights, const uint32_t* columns,
                                                                       int32_t blocks, int32_t sums[2]) {
  int32_t s0 = sums[0], s1 = sums[1];
#ifdef THIMBLE_DSP_LONG_LOOPS
  __asm__ volatile(THIMBLE_FULLY_CONNECTED_LANES_LOOP(THIMBLE_FULLY_CONNECTED_LANES_ONE)
                   : [s0] "+r"(s0), [s1] "+r"(s1), [w] "+r"(weights), [x] "+r"(columns), [n] "+r"(blocks)
                   : [mask] "r"(0x00FF00FF)
                   : "r4", "r5", "r6", "r9", "r10", "r11", "cc", "memory");
#else
  for (; blocks > 0; --blocks, weights += 2, columns += 3) {
    s0 += (int32_t)thimble_fully_connected_lanes_quad(weights[0], columns, columns[2]) >> 16;
    s1 += (int32_t)thimble_fully_connected_lanes_quad(weights[1], columns, columns[2]) >> 16;
  }
#endif
  sums[0] = s0, sums[1] = s1;
  return weights;
}

/* The same for blocks of two fours. */
THIMBLE_DSP_CALLED const uint32_t* thimble_fully_connected_lanes_dot_2(const uint32_t* weights, const uint32_t* columns,
                                                                       int32_t blocks, int32_t sums[2]) {
  int32_t s0 = sums[0], s1 = sums[1];
#ifdef THIMBLE_DSP_LONG_LOOPS
  __asm__ volatile(THIMBLE_FULLY_CONNECTED_LANES_LOOP(THIMBLE_FULLY_CONNECTED_LANES_TWO)
                   : [s0] "+r"(s0), [s1] "+r"(s1), [w] "+r"(weights), [x] "+r"(columns), [n] "+r"(blocks)
                   : [mask] "r"(0x00FF00FF)
                   : "r3", "r4", "r5", "r6", "r9", "r10", "r11", "r12", "cc", "memory");
#else
  for (; blocks > 0; --blocks, weights += 4, columns += 5) {
    const uint32_t first_0 = thimble_fully_connected_lanes_quad(weights[0], columns, columns[4]);
    const uint32_t first_1 = thimble_fully_connected_lanes_quad(weights[2], columns, columns[4]);
    s0 += (int32_t)thimble_fully_connected_lanes_quad(weights[1], columns + 2, first_0) >> 16;
    s1 += (int32_t)thimble_fully_connected_lanes_quad(weights[3], columns + 2, first_1) >> 16;
  }
#endif
  sums[0] = s0, sums[1] = s1;
  return weights;
}

/* The words of one row of inputs, filled up with zeros. */
static inline void thimble_fully_connected_lanes_columns(const thimble_fully_connected_lanes_params* p,
                                                         const int8_t* input, uint32_t* column) {
  int32_t left = p->depth;
  for (int32_t i = 0; i < p->blocks; ++i) {
    uint32_t sum = 0;
    for (int32_t j = 0; j < p->block_quads; ++j, left -= 4, input += 4) {
      const int32_t x0 = left > 0 ? input[0] : 0, x1 = left > 1 ? input[1] : 0;
      const int32_t x2 = left > 2 ? input[2] : 0, x3 = left > 3 ? input[3] : 0;
      const uint32_t even = (uint32_t)x2 + ((uint32_t)x0 << 16), odd = (uint32_t)x3 + ((uint32_t)x1 << 16);
      *column++ = even;
      *column++ = odd;
      sum += even + odd;
    }
    /* 128 * (1 + 2^16) times the words comes off; half of the lower lane rounds the upper. */
    *column++ = UINT32_C(0x8000) - (sum << 7) - (sum << 23);
  }
}

static inline int8_t thimble_fully_connected_lanes_output(const thimble_fully_connected_lanes_params* p, int32_t sum,
                                                          const thimble_dsp_channel* factor) {
  const int32_t output = thimble_dsp_requantize(sum * 2, *factor);
  return (int8_t)(p->narrow ? thimble_clamp(output, p->output_min, p->output_max) : output);
}

THIMBLE_SHARED_KERNEL void thimble_fully_connected_lanes(const thimble_fully_connected_lanes_params* p,
                                                         const int8_t* input, const uint32_t* weights,
                                                         const uint8_t* passes, const int32_t* bias,
                                                         const thimble_dsp_channel* factors, uint32_t* columns,
                                                         int8_t* output) {
  const int32_t factor_step = p->per_channel ? 1 : 0;
  for (int32_t b = 0; b < p->batches; ++b, input += p->depth) {
    const uint32_t* next = weights;
    thimble_fully_connected_lanes_columns(p, input, columns);
    for (int32_t unit = 0; unit < p->units; unit += 2) {
      int32_t sums[2] = {bias[unit], bias[unit + 1]};
      for (int32_t pass = passes[unit / 2]; pass > 0; --pass) {
        next = p->block_quads == 1 ? thimble_fully_connected_lanes_dot_1(next, columns, p->blocks, sums)
                                   : thimble_fully_connected_lanes_dot_2(next, columns, p->blocks, sums);
      }
      const thimble_dsp_channel* factor = factors + unit * factor_step;
      *output++ = thimble_fully_connected_lanes_output(p, sums[0], factor);
      if (unit + 1 < p->units) *output++ = thimble_fully_connected_lanes_output(p, sums[1], factor + factor_step);
    }
  }
}
