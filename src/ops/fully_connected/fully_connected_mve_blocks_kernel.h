/* What the kernels of fully connected layers with Armv8.1-M's vector instructions share: sums of eight units, of
 * elements of 8 or 16 bits. */
#ifndef THIMBLE_FULLY_CONNECTED_MVE_BLOCKS_KERNEL_H
#define THIMBLE_FULLY_CONNECTED_MVE_BLOCKS_KERNEL_H

#include "ops/fully_connected/fully_connected_mve_params_kernel.h"

/* What the assembly below reads, in this order. */
typedef struct {
  const void* input;
  const int8_t* weights;
  const int32_t* factors;
  void* output;
  int32_t fours, ones, rest; /* an input's bytes as 64 * fours + 16 * ones + rest */
  int32_t blocks;            /* eights of units */
  int32_t factor_step;
  int32_t finish; /* the zero point; of 16 bits: the output's range */
} thimble_fully_connected_mve_task;

static inline thimble_fully_connected_mve_task thimble_fully_connected_mve_begin(
    const thimble_fully_connected_mve_params* p, int32_t input_bytes, const void* input, const int8_t* weights,
    const int32_t* factors, void* output) {
  const thimble_fully_connected_mve_task task = {
      input,        weights,        factors,      output, input_bytes / 64, input_bytes % 64 / 16, input_bytes % 16,
      p->units / 8, p->factor_step, p->zero_point};
  return task;
}

#ifdef THIMBLE_MVE
/* A vector of inputs is in q0. */
#define THIMBLE_FULLY_CONNECTED_MVE_PRODUCTS(T)                                                                    \
  THIMBLE_MVE_WEIGHTS_##T("q1", "r3") "vmladava." #T " r0, q0, q1\n\t" THIMBLE_MVE_WEIGHTS_##T(                    \
      "q1", "r3") "vmladava." #T                                                                                   \
                  " r2, q0, q1\n\t" THIMBLE_MVE_WEIGHTS_##T("q1", "r3") "vmladava." #T                             \
                                                                        " r4, q0, q1\n\t" THIMBLE_MVE_WEIGHTS_##T( \
                                                                            "q1", "r3") "vmladava." #T             \
                                                                                        " r6, q0, q1\n\t"
#define THIMBLE_FULLY_CONNECTED_MVE_STEP(T) "vldrb.8 q0, [r1], #16\n\t" THIMBLE_FULLY_CONNECTED_MVE_PRODUCTS(T)
/* The sums of four units into the lanes of Q. */
#define THIMBLE_FULLY_CONNECTED_MVE_UNITS(T, Q) \
  "mov r1, r5\n\t"                                                                                                     \
  "ldm r3!, {r0, r2, r4, r6}\n\t"                                                                                      \
  "wls lr, r8, 2f\n"                                                                                                   \
  "1:\n\t" THIMBLE_FULLY_CONNECTED_MVE_STEP(T) THIMBLE_FULLY_CONNECTED_MVE_STEP(T) THIMBLE_FULLY_CONNECTED_MVE_STEP(T) \
      THIMBLE_FULLY_CONNECTED_MVE_STEP(T)                                                                              \
  "le lr, 1b\n"                                                                                                        \
  "2:\n\t"                                                                                                             \
  "wls lr, r9, 2f\n"                                                                                                   \
  "1:\n\t" THIMBLE_FULLY_CONNECTED_MVE_STEP(T)                                                                         \
  "le lr, 1b\n"                                                                                                        \
  "2:\n\t"                                                                                                             \
  "wls lr, r10, 2f\n\t"                                                                                                \
  "vctp.8 lr\n\t"                                                                                                      \
  "vpst\n\t"                                                                                                           \
  "vldrbt.u8 q0, [r1]\n\t" THIMBLE_FULLY_CONNECTED_MVE_PRODUCTS(T)                                                     \
  "2:\n\t"                                                                                                             \
  "vmov " Q "[2], " Q                                                                                                  \
  "[0], r0, r4\n\t"                                                                                                    \
  "vmov " Q "[3], " Q "[1], r2, r6\n\t"
/* All eights of units for one row of inputs. BEGIN has `finish` in r0, and the loop leaves q5 to q7 alone. OUTPUTS:
 * from the sums in q2 and q3 to memory at r7; the factors are at r11. It ends with the blocks left in r0, the step of
 * factors in r2. */
#define THIMBLE_FULLY_CONNECTED_MVE_BLOCKS(T, BEGIN, OUTPUTS)                        \
  "ldr r5, [r12]\n\t"                                                                \
  "ldr r3, [r12, #4]\n\t"                                                            \
  "ldr r11, [r12, #8]\n\t"                                                           \
  "ldr r7, [r12, #12]\n\t"                                                           \
  "ldr r8, [r12, #16]\n\t"                                                           \
  "ldr r9, [r12, #20]\n\t"                                                           \
  "ldr r10, [r12, #24]\n\t"                                                          \
  "ldr r0, [r12, #36]\n\t" BEGIN "3:\n\t" THIMBLE_FULLY_CONNECTED_MVE_UNITS(T, "q2") \
      THIMBLE_FULLY_CONNECTED_MVE_UNITS(T, "q3") OUTPUTS                             \
      "add r11, r11, r2\n\t"                                                         \
      "subs r0, r0, #1\n\t"                                                          \
      "str r0, [r12, #28]\n\t"                                                       \
      "bne 3b\n\t"                                                                   \
      "str r3, [r12, #4]\n\t"                                                        \
      "str r11, [r12, #8]\n\t"
#else
/* The sum of one of eight units. `width`: bytes of an element. */
static inline int32_t thimble_fully_connected_mve_sum(const thimble_fully_connected_mve_task* task, int32_t width,
                                                      int32_t unit) {
  const int32_t bytes = 64 * task->fours + 16 * task->ones + task->rest, vectors = (bytes + 15) / 16;
  const int8_t* const four = task->weights + unit % 2 * (16 + vectors * 64 / width);
  const int8_t* weights = four + 16 + unit / 2 * 16 / width;
  int32_t sum = thimble_mve_word(four + 4 * (unit / 2));
  for (int32_t i = 0; i < bytes; i += 16, weights += 64 / width) {
    const int8_t* const input = (const int8_t*)task->input + i;
    const int32_t count = (bytes - i < 16 ? bytes - i : 16) / width;
    sum = thimble_wrap_add(
        sum, width == 1 ? thimble_mve_dot(input, weights, count) : thimble_mve_dot_16(input, weights, count));
  }
  return sum;
}

/* Moves weights and factors on to the next eight units. */
static inline void thimble_fully_connected_mve_next(thimble_fully_connected_mve_task* task, int32_t width) {
  const int32_t bytes = 64 * task->fours + 16 * task->ones + task->rest;
  task->weights += 2 * (16 + (bytes + 15) / 16 * 64 / width);
  task->factors += task->factor_step / 4;
}
#endif

#endif
