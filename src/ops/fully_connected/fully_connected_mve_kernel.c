#include "ops/fully_connected/fully_connected_mve_kernel.h"

#include "ops/fully_connected/fully_connected_mve_blocks_kernel.h"

#ifdef THIMBLE_MVE
/* Multiplies the sums in Q; q0 and q1 are changed. r0: 1. */
#define THIMBLE_FULLY_CONNECTED_MVE_SCALE(Q, OFFSET_0, OFFSET_1)       \
  "vldrw.32 q0, [r11, #" OFFSET_0 "]\n\tvldrw.32 q1, [r11, #" OFFSET_1 \
  "]\n\t"                                                              \
  "vqrdmulh.s32 " Q ", " Q ", q0\n\t" THIMBLE_MVE_AWAY(Q, "r0") "vrshl.s32 " Q ", " Q ", q1\n\t"
#define THIMBLE_FULLY_CONNECTED_MVE_OUTPUTS \
  "mov r0, #1\n\t" THIMBLE_FULLY_CONNECTED_MVE_SCALE("q2", "0", "16")                  \
      THIMBLE_FULLY_CONNECTED_MVE_SCALE("q3", "32", "48") "ldrd r0, r2, [r12, #28]\n\t" \
  "vqmovnb.s32 q2, q2\n\t"                                                             \
  "vqmovnt.s32 q2, q3\n\t"                                                             \
  "vqadd.s16 q2, q2, q5\n\t"                                                           \
  "vqmovnb.s16 q2, q2\n\t"                                                             \
  "vstrb.16 q2, [r7], #8\n\t"
#endif

/* All eights of units for one row of inputs. */
THIMBLE_MVE_CALLED void thimble_fully_connected_mve_blocks(thimble_fully_connected_mve_task* task) {
#ifdef THIMBLE_MVE
  register thimble_fully_connected_mve_task* r12 __asm__("r12") = task;
  __asm__ volatile(THIMBLE_FULLY_CONNECTED_MVE_BLOCKS(s8, "vdup.16 q5, r0\n", THIMBLE_FULLY_CONNECTED_MVE_OUTPUTS)
                   : "+r"(r12)
                   :
                   : THIMBLE_MVE_CLOBBERS);
#else
  int8_t* output = (int8_t*)task->output;
  for (; task->blocks > 0; --task->blocks, thimble_fully_connected_mve_next(task, 1)) {
    for (int32_t unit = 0; unit < 8; ++unit) {
      const int32_t* factor = task->factors + unit % 2 * 8 + unit / 2;
      *output++ =
          thimble_mve_requantize(thimble_fully_connected_mve_sum(task, 1, unit), factor[0], factor[4], 1, task->finish);
    }
  }
#endif
}

THIMBLE_SHARED_KERNEL void thimble_fully_connected_mve(const thimble_fully_connected_mve_params* p, const int8_t* input,
                                                       const int8_t* weights, const int32_t* factors, int8_t* output) {
  const int32_t whole = p->units & ~7;
  for (int32_t b = 0; b < p->batches; ++b, input += p->depth, output += p->units) {
    int8_t last[8];
    thimble_fully_connected_mve_task task =
        thimble_fully_connected_mve_begin(p, p->depth, input, weights, factors, output);
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
