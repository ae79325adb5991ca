#include "ops/conv_2d/conv_2d_s16_mve_kernel.h"

#include "ops/conv_2d/conv_2d_mve_windows_kernel.h"

#ifdef THIMBLE_MVE
/* Scales four channels' sums of a pixel in Q; bias, multiplier and shift are in q0 to q2. */
#define THIMBLE_CONV_2D_S16_MVE_SCALE(Q, OFFSET) \
  "vldrw.u32 " Q ", [q7, #" OFFSET               \
  "]\n\t"                                        \
  "vadd.i32 " Q ", " Q                           \
  ", q0\n\t"                                     \
  "vmulh.s32 " Q ", " Q                          \
  ", q1\n\t"                                     \
  "vrshl.s32 " Q ", " Q ", q2\n\t"
#define THIMBLE_CONV_2D_S16_MVE_FACTORS \
  "vldrb.8 q0, [r3], #16\n\t"           \
  "vldrb.8 q1, [r3], #16\n\t"           \
  "vldrb.8 q2, [r3], #16\n\t"
#define THIMBLE_CONV_2D_S16_MVE_STORE(Q, ADDRESS) \
  "vmax.s16 " Q ", " Q                            \
  ", q0\n\t"                                      \
  "vmin.s16 " Q ", " Q ", q1\n\tvstrh.16 " Q ", [" ADDRESS "], #16\n\t"
/* Eight channels of three pixels, from their sums: the even channels into the even lanes of q3, q4, q5, then the odd
 * ones. */
#define THIMBLE_CONV_2D_S16_MVE_OUTPUTS \
  "vldrw.32 q7, [r12, #60]\n\t" THIMBLE_CONV_2D_S16_MVE_FACTORS THIMBLE_CONV_2D_S16_MVE_SCALE("q3", "0") \
  "vqmovnb.s32 q3, q3\n\t" THIMBLE_CONV_2D_S16_MVE_SCALE("q4", "4") \
  "vqmovnb.s32 q4, q4\n\t" THIMBLE_CONV_2D_S16_MVE_SCALE("q5", "8") \
  "vqmovnb.s32 q5, q5\n\t" THIMBLE_CONV_2D_S16_MVE_FACTORS THIMBLE_CONV_2D_S16_MVE_SCALE("q6", "12") \
  "vqmovnt.s32 q3, q6\n\t" THIMBLE_CONV_2D_S16_MVE_SCALE("q6", "16") \
  "vqmovnt.s32 q4, q6\n\t" THIMBLE_CONV_2D_S16_MVE_SCALE("q6", "20") \
  "vqmovnt.s32 q5, q6\n\t" \
  "ldr r0, [r12, #56]\n\t" \
  "add r2, r12, #32\n\t" \
  "ldm r2, {r1, r5, r7}\n\t" \
  "vdup.16 q0, r0\n\t" \
  "lsr r0, r0, #16\n\t" \
  "vdup.16 q1, r0\n\t" THIMBLE_CONV_2D_S16_MVE_STORE("q5", "r7") THIMBLE_CONV_2D_S16_MVE_STORE("q4", "r5") THIMBLE_CONV_2D_S16_MVE_STORE("q3", "r1") \
  "stm r2, {r1, r5, r7}\n\t"
#endif

/* All eights of channels of three pixels. Moves on filters and outputs. */
THIMBLE_MVE_CALLED void thimble_conv_2d_s16_mve_blocks(thimble_conv_2d_mve_task* task) {
#ifdef THIMBLE_MVE
  register thimble_conv_2d_mve_task* r12 __asm__("r12") = task;
  __asm__ volatile(THIMBLE_CONV_2D_MVE_BLOCKS(s16, THIMBLE_CONV_2D_S16_MVE_OUTPUTS)
                   : "+r"(r12)
                   :
                   : THIMBLE_MVE_CLOBBERS);
#else
  for (; task->blocks > 0; --task->blocks) {
    int32_t sums[24];
    const int8_t* const factors = thimble_conv_2d_mve_sums(task, 2, sums);
    for (int32_t i = 0; i < 24; ++i) {
      const int8_t* const factor = factors + 48 * (i / 3 % 2) + 4 * (i / 6);
      int16_t* const output = (int16_t*)task->outputs[2 - i % 3];
      *output = thimble_mve_requantize_16(sums[i], thimble_mve_word(factor + 16), thimble_mve_word(factor + 32),
                                          task->finish);
      task->outputs[2 - i % 3] = output + 1;
    }
    task->filters = factors + 96;
  }
#endif
}

THIMBLE_MVE_CALLED void thimble_conv_2d_s16_mve_rest(thimble_conv_2d_mve_state* s, int32_t count, int8_t* output) {
  int16_t last[24];
  thimble_conv_2d_mve_last(s, count, output, 16, (int8_t*)last, thimble_conv_2d_s16_mve_blocks);
}

/* All channels of `count` pixels, 1 to 3, whose windows are in the columns. */
THIMBLE_MVE_CALLED void thimble_conv_2d_s16_mve_pixels(thimble_conv_2d_mve_state* s, int32_t count, int8_t* output) {
  thimble_conv_2d_mve_eights(s, count, output, 16, thimble_conv_2d_s16_mve_blocks);
  if (s->p->window.output_c % 16 != 0) thimble_conv_2d_s16_mve_rest(s, count, output);
}

#define THIMBLE_CONV_2D_MVE_ELEMENT int16_t
#define THIMBLE_CONV_2D_MVE(SUFFIX) thimble_conv_2d_s16_mve##SUFFIX
#include "ops/conv_2d/conv_2d_mve_walk_kernel.h"
