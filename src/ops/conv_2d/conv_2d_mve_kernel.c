#include "ops/conv_2d/conv_2d_mve_kernel.h"

#include "ops/conv_2d/conv_2d_mve_windows_kernel.h"

#ifdef THIMBLE_MVE
/* Scales four channels' sums of a pixel in Q; bias, multiplier and shift are in q0 to q2. r0: 1. */
#define THIMBLE_CONV_2D_MVE_SCALE(Q, OFFSET, EXACT) \
  "vldrw.u32 " Q ", [q7, #" OFFSET                  \
  "]\n\t"                                           \
  "vadd.i32 " Q ", " Q                              \
  ", q0\n\t"                                        \
  "vqrdmulh.s32 " Q ", " Q ", q1\n\t" EXACT(Q) "vrshl.s32 " Q ", " Q ", q2\n\t"
#define THIMBLE_CONV_2D_MVE_EXACT(Q) THIMBLE_MVE_AWAY(Q, "r0")
#define THIMBLE_CONV_2D_MVE_PLAIN(Q)
#define THIMBLE_CONV_2D_MVE_FACTORS \
  "vldrb.8 q0, [r3], #16\n\t"       \
  "vldrb.8 q1, [r3], #16\n\t"       \
  "vldrb.8 q2, [r3], #16\n\t"
/* The even channels of three pixels into the even lanes of q3, q4, q5, then the odd ones. */
#define THIMBLE_CONV_2D_MVE_SCALE_ALL(EXACT)  \
  THIMBLE_CONV_2D_MVE_FACTORS                 \
  THIMBLE_CONV_2D_MVE_SCALE("q3", "0", EXACT) \
  "vqmovnb.s32 q3, q3\n\t"                    \
  THIMBLE_CONV_2D_MVE_SCALE("q4", "4", EXACT) \
  "vqmovnb.s32 q4, q4\n\t"                    \
  THIMBLE_CONV_2D_MVE_SCALE("q5", "8", EXACT) \
  "vqmovnb.s32 q5, q5\n\t"                    \
  THIMBLE_CONV_2D_MVE_FACTORS                 \
  THIMBLE_CONV_2D_MVE_SCALE("q6", "12", EXACT) \
  "vqmovnt.s32 q3, q6\n\t"                    \
  THIMBLE_CONV_2D_MVE_SCALE("q6", "16", EXACT) \
  "vqmovnt.s32 q4, q6\n\t"                    \
  THIMBLE_CONV_2D_MVE_SCALE("q6", "20", EXACT) \
  "vqmovnt.s32 q5, q6\n\t"
/* Eight channels of three pixels, from their sums. */
#define THIMBLE_CONV_2D_MVE_OUTPUTS \
  "vldrw.32 q7, [r12, #60]\n\t"                                   \
  "ldr r0, [r12, #176]\n\t"                                       \
  "cmp r0, #0\n\t"                                                \
  "beq 1f\n\t"                                                    \
  "mov r0, #1\n\t"                                               \
  THIMBLE_CONV_2D_MVE_SCALE_ALL(THIMBLE_CONV_2D_MVE_EXACT)        \
  "b 2f\n"                                                        \
  "1:\n\t" THIMBLE_CONV_2D_MVE_SCALE_ALL(THIMBLE_CONV_2D_MVE_PLAIN) \
  "2:\n\t"                                                        \
  "ldr r0, [r12, #56]\n\t"                                        \
  "add r2, r12, #32\n\t"                                          \
  "ldm r2, {r1, r5, r7}\n\t"                                      \
  "vqadd.s16 q5, q5, r0\n\t"                                      \
  "vqmovnb.s16 q5, q5\n\t"                                        \
  "vqadd.s16 q4, q4, r0\n\t"                                      \
  "vqmovnb.s16 q4, q4\n\t"                                        \
  "vqadd.s16 q3, q3, r0\n\t"                                      \
  "vqmovnb.s16 q3, q3\n\t"                                        \
  "vstrb.16 q5, [r7], #8\n\t"                                     \
  "vstrb.16 q4, [r5], #8\n\t"                                     \
  "vstrb.16 q3, [r1], #8\n\t"                                     \
  "stm r2, {r1, r5, r7}\n\t"
#endif

/* All eights of channels of three pixels. Moves on filters and outputs. */
THIMBLE_MVE_CALLED void thimble_conv_2d_mve_blocks(thimble_conv_2d_mve_task* task) {
#ifdef THIMBLE_MVE
  register thimble_conv_2d_mve_task* r12 __asm__("r12") = task;
  __asm__ volatile(THIMBLE_CONV_2D_MVE_BLOCKS(s8, THIMBLE_CONV_2D_MVE_OUTPUTS) : "+r"(r12) : : THIMBLE_MVE_CLOBBERS);
#else
  for (; task->blocks > 0; --task->blocks) {
    int32_t sums[24];
    const int8_t* const factors = thimble_conv_2d_mve_sums(task, 1, sums);
    for (int32_t i = 0; i < 24; ++i) {
      const int8_t* const factor = factors + 48 * (i / 3 % 2) + 4 * (i / 6);
      int8_t* const output = (int8_t*)task->outputs[2 - i % 3];
      *output = thimble_mve_requantize(sums[i], thimble_mve_word(factor + 16), thimble_mve_word(factor + 32),
                                       task->exact, task->finish);
      task->outputs[2 - i % 3] = output + 1;
    }
    task->filters = factors + 96;
  }
#endif
}

THIMBLE_MVE_CALLED void thimble_conv_2d_mve_rest(thimble_conv_2d_mve_state* s, int32_t count, int8_t* output) {
  int8_t last[24];
  thimble_conv_2d_mve_last(s, count, output, 8, last, thimble_conv_2d_mve_blocks);
}

/* All channels of `count` pixels, 1 to 3, whose windows are in the columns. */
THIMBLE_MVE_CALLED void thimble_conv_2d_mve_pixels(thimble_conv_2d_mve_state* s, int32_t count, int8_t* output) {
  const thimble_conv_2d_mve_params* const p = s->p;
  const int32_t depth = p->window.output_c;
  thimble_conv_2d_mve_eights(s, count, output, 8, thimble_conv_2d_mve_blocks);
  if (depth % 8 != 0) thimble_conv_2d_mve_rest(s, count, output);
  if (p->narrow) thimble_mve_clamp(output, count * depth, p->output_min, p->output_max);
}

#define THIMBLE_CONV_2D_MVE_ELEMENT int8_t
#define THIMBLE_CONV_2D_MVE(SUFFIX) thimble_conv_2d_mve##SUFFIX
#include "ops/conv_2d/conv_2d_mve_walk_kernel.h"
