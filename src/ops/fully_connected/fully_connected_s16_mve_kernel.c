#include "ops/fully_connected/fully_connected_s16_mve_kernel.h"

#include "ops/fully_connected/fully_connected_mve_blocks_kernel.h"

#ifdef THIMBLE_MVE
/* The range to q5 and q6. */
#define THIMBLE_FULLY_CONNECTED_S16_MVE_BEGIN \
  "vdup.16 q5, r0\n\t"                        \
  "lsr r0, r0, #16\n\t"                       \
  "vdup.16 q6, r0\n"
#define THIMBLE_FULLY_CONNECTED_S16_MVE_SCALE(Q, OFFSET_0, OFFSET_1)   \
  "vldrw.32 q0, [r11, #" OFFSET_0 "]\n\tvldrw.32 q1, [r11, #" OFFSET_1 \
  "]\n\t"                                                              \
  "vmulh.s32 " Q ", " Q ", q0\n\tvrshl.s32 " Q ", " Q ", q1\n\t"
#define THIMBLE_FULLY_CONNECTED_S16_MVE_OUTPUTS \
  "ldrd r0, r2, [r12, #28]\n\t" THIMBLE_FULLY_CONNECTED_S16_MVE_SCALE("q2", "0", "16")                 \
      THIMBLE_FULLY_CONNECTED_S16_MVE_SCALE("q3", "32", "48") "vqmovnb.s32 q2, q2\n\t"                 \
  "vqmovnt.s32 q2, q3\n\t"                                                                             \
  "vmax.s16 q2, q2, q5\n\t"                                                                            \
  "vmin.s16 q2, q2, q6\n\t"                                                                            \
  "vstrh.16 q2, [r7], #16\n\t"
#endif

/* All eights of units for one row of inputs. */
THIMBLE_MVE_CALLED void thimble_fully_connected_s16_mve_blocks(thimble_fully_connected_mve_task* task) {
#ifdef THIMBLE_MVE
  register thimble_fully_connected_mve_task* r12 __asm__("r12") = task;
  __asm__ volatile(THIMBLE_FULLY_CONNECTED_MVE_BLOCKS(s16, THIMBLE_FULLY_CONNECTED_S16_MVE_BEGIN,
                                                      THIMBLE_FULLY_CONNECTED_S16_MVE_OUTPUTS)
                   : "+r"(r12)
                   :
                   : THIMBLE_MVE_CLOBBERS);
#else
  int16_t* output = (int16_t*)task->output;
  for (; task->blocks > 0; --task->blocks, thimble_fully_connected_mve_next(task, 2)) {
    for (int32_t unit = 0; unit < 8; ++unit) {
      const int32_t* factor = task->factors + unit % 2 * 8 + unit / 2;
      *output++ =
          thimble_mve_requantize_16(thimble_fully_connected_mve_sum(task, 2, unit), factor[0], factor[4], task->finish);
    }
  }
#endif
}

THIMBLE_SHARED_KERNEL void thimble_fully_connected_s16_mve(const thimble_fully_connected_mve_params* p,
                                                           const int16_t* input, const int8_t* weights,
                                                           const int32_t* factors, int16_t* output) {
  const int32_t whole = p->units & ~7;
  for (int32_t b = 0; b < p->batches; ++b, input += p->depth, output += p->units) {
    int16_t last[8];
    thimble_fully_connected_mve_task task =
        thimble_fully_connected_mve_begin(p, 2 * p->depth, input, weights, factors, output);
    if (whole > 0) thimble_fully_connected_s16_mve_blocks(&task);
    if (whole < p->units) {
      task.blocks = 1;
      task.output = last;
      thimble_fully_connected_s16_mve_blocks(&task);
      for (int32_t i = whole; i < p->units; ++i) output[i] = last[i - whole];
    }
  }
}
