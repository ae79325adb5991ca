#include "ops/fully_connected/fully_connected_mve_kernel.h"

/* What the assembly below reads, in this order. */
typedef struct {
  const int8_t* input;
  const int8_t* weights;
  const int32_t* factors;
  int8_t* output;
  int32_t fours, ones, rest; /* the depth as 64 * fours + 16 * ones + rest */
  int32_t blocks;            /* eights of units */
  int32_t factor_step;
  int32_t zero_point;
} thimble_fully_connected_mve_task;

#ifdef THIMBLE_MVE
/* 16 inputs are in q0. */
#define THIMBLE_FULLY_CONNECTED_MVE_PRODUCTS \
  "vldrb.8 q1, [r3], #16\n\t"                \
  "vmladava.s8 r0, q0, q1\n\t"               \
  "vldrb.8 q1, [r3], #16\n\t"                \
  "vmladava.s8 r2, q0, q1\n\t"               \
  "vldrb.8 q1, [r3], #16\n\t"                \
  "vmladava.s8 r4, q0, q1\n\t"               \
  "vldrb.8 q1, [r3], #16\n\t"                \
  "vmladava.s8 r6, q0, q1\n\t"
#define THIMBLE_FULLY_CONNECTED_MVE_STEP "vldrb.8 q0, [r1], #16\n\t" THIMBLE_FULLY_CONNECTED_MVE_PRODUCTS
/* The sums of four units into the lanes of Q. */
#define THIMBLE_FULLY_CONNECTED_MVE_UNITS(Q)                                                                  \
  "mov r1, r5\n\t"                                                                                            \
  "ldm r3!, {r0, r2, r4, r6}\n\t"                                                                             \
  "wls lr, r8, 2f\n"                                                                                          \
  "1:\n\t" THIMBLE_FULLY_CONNECTED_MVE_STEP THIMBLE_FULLY_CONNECTED_MVE_STEP THIMBLE_FULLY_CONNECTED_MVE_STEP \
      THIMBLE_FULLY_CONNECTED_MVE_STEP                                                                        \
  "le lr, 1b\n"                                                                                               \
  "2:\n\t"                                                                                                    \
  "wls lr, r9, 2f\n"                                                                                          \
  "1:\n\t" THIMBLE_FULLY_CONNECTED_MVE_STEP                                                                   \
  "le lr, 1b\n"                                                                                               \
  "2:\n\t"                                                                                                    \
  "wls lr, r10, 2f\n\t"                                                                                       \
  "vctp.8 lr\n\t"                                                                                             \
  "vpst\n\t"                                                                                                  \
  "vldrbt.u8 q0, [r1]\n\t" THIMBLE_FULLY_CONNECTED_MVE_PRODUCTS                                               \
  "2:\n\t"                                                                                                    \
  "vmov " Q "[2], " Q                                                                                         \
  "[0], r0, r4\n\t"                                                                                           \
  "vmov " Q "[3], " Q "[1], r2, r6\n\t"
/* Multiplies the sums in Q; q0 and q1 are changed. r0: 1. */
#define THIMBLE_FULLY_CONNECTED_MVE_SCALE(Q, OFFSET_0, OFFSET_1)       \
  "vldrw.32 q0, [r11, #" OFFSET_0 "]\n\tvldrw.32 q1, [r11, #" OFFSET_1 \
  "]\n\t"                                                              \
  "vqrdmulh.s32 " Q ", " Q ", q0\n\t" THIMBLE_MVE_AWAY(Q, "r0") "vrshl.s32 " Q ", " Q ", q1\n\t"
#endif

/* All eights of units for one row of inputs. */
THIMBLE_MVE_CALLED void thimble_fully_connected_mve_blocks(thimble_fully_connected_mve_task* task) {
#ifdef THIMBLE_MVE
  /* r1: inputs, r3: weights, r5: the first input, r7: output, r11: factors. */
  register thimble_fully_connected_mve_task* r12 __asm__("r12") = task;
  __asm__ volatile(
      "ldr r5, [r12]\n\t"
      "ldr r3, [r12, #4]\n\t"
      "ldr r11, [r12, #8]\n\t"
      "ldr r7, [r12, #12]\n\t"
      "ldr r8, [r12, #16]\n\t"
      "ldr r9, [r12, #20]\n\t"
      "ldr r10, [r12, #24]\n\t"
      "ldr r0, [r12, #36]\n\t"
      "vdup.16 q5, r0\n"
      "3:\n\t"                                 //
      THIMBLE_FULLY_CONNECTED_MVE_UNITS("q2")  //
      THIMBLE_FULLY_CONNECTED_MVE_UNITS("q3")  //
      "mov r0, #1\n\t" THIMBLE_FULLY_CONNECTED_MVE_SCALE("q2", "0", "16") THIMBLE_FULLY_CONNECTED_MVE_SCALE("q3", "32", "48")
      "ldrd r0, r2, [r12, #28]\n\t"
      "vqmovnb.s32 q2, q2\n\t"
      "vqmovnt.s32 q2, q3\n\t"
      "vqadd.s16 q2, q2, q5\n\t"
      "vqmovnb.s16 q2, q2\n\t"
      "vstrb.16 q2, [r7], #8\n\t"
      "add r11, r11, r2\n\t"
      "subs r0, r0, #1\n\t"
      "str r0, [r12, #28]\n\t"
      "bne 3b\n\t"
      "str r3, [r12, #4]\n\t"
      "str r11, [r12, #8]\n\t"
      : "+r"(r12)
      :
      : THIMBLE_MVE_CLOBBERS);
#else
  const int32_t depth = 64 * task->fours + 16 * task->ones + task->rest, padded = (depth + 15) / 16 * 16;
  for (; task->blocks > 0; --task->blocks, task->output += 8) {
    for (int32_t unit = 0; unit < 8; ++unit) {
      const int8_t* const four = task->weights + unit % 2 * (16 + 4 * padded);
      const int32_t lane = unit / 2;
      int32_t sum = thimble_mve_word(four + 4 * lane);
      for (int32_t i = 0; i < depth; i += 16) {
        const int32_t count = depth - i < 16 ? depth - i : 16;
        sum = thimble_wrap_add(sum, thimble_mve_dot(task->input + i, four + 16 + 4 * i + 16 * lane, count));
      }
      const int32_t* factor = task->factors + unit % 2 * 8 + lane;
      task->output[unit] = thimble_mve_requantize(sum, factor[0], factor[4], 1, task->zero_point);
    }
    task->weights += 2 * (16 + 4 * padded);
    task->factors += task->factor_step / 4;
  }
#endif
}

THIMBLE_SHARED_KERNEL void thimble_fully_connected_mve(const thimble_fully_connected_mve_params* p, const int8_t* input,
                                                       const int8_t* weights, const int32_t* factors, int8_t* output) {
  const int32_t whole = p->units & ~7;
  for (int32_t b = 0; b < p->batches; ++b, input += p->depth, output += p->units) {
    int8_t last[8];
    thimble_fully_connected_mve_task task = {
        input,         weights,      factors,        output,       p->depth / 64, p->depth % 64 / 16,
        p->depth % 16, p->units / 8, p->factor_step, p->zero_point};
    if (whole > 0) thimble_fully_connected_mve_blocks(&task);
    if (whole < p->units) {
      task.blocks = 1;
      task.output = last;
      thimble_fully_connected_mve_blocks(&task);
      for (int32_t i = whole; i < p->units; ++i) output[i] = last[i - whole];
    }
    if (p->narrow) thimble_mve_clamp(output, p->units, p->output_min, p->output_max);
  }
}
