#include "ops/fully_connected/fully_connected_long_s16_mve_kernel.h"

#include "kernel/mve.h"

/* What the assembly below reads, and where it leaves sums, in this order. */
typedef struct {
  const int16_t* input;
  const int8_t* weights;
  int32_t eights, rest; /* of inputs */
  int64_t sums[4];
} thimble_fully_connected_long_mve_task;

#ifdef THIMBLE_MVE
/* Eight inputs are in q0. */
#define THIMBLE_FULLY_CONNECTED_LONG_MVE_PRODUCTS \
  THIMBLE_MVE_WEIGHTS_s16("q1", "r1") "vmlaldava.s16 r4, r5, q0, q1\n\t"     \
  THIMBLE_MVE_WEIGHTS_s16("q1", "r1") "vmlaldava.s16 r6, r7, q0, q1\n\t"     \
  THIMBLE_MVE_WEIGHTS_s16("q1", "r1") "vmlaldava.s16 r8, r9, q0, q1\n\t"     \
  THIMBLE_MVE_WEIGHTS_s16("q1", "r1") "vmlaldava.s16 r10, r11, q0, q1\n\t"
#endif

/* The sums of four units. Moves on weights. */
THIMBLE_MVE_CALLED void thimble_fully_connected_long_mve_sums(thimble_fully_connected_long_mve_task* task) {
  for (int32_t i = 0; i < 4; ++i) task->sums[i] = 0;
#ifdef THIMBLE_MVE
  register thimble_fully_connected_long_mve_task* r12 __asm__("r12") = task;
  __asm__ volatile(
      "ldm r12!, {r0, r1, r2, r3}\n\t"
      "ldm r12, {r4, r5, r6, r7, r8, r9, r10, r11}\n\t"
      "wls lr, r2, 2f\n"
      "1:\n\t"
      "vldrh.u16 q0, [r0], #16\n\t" THIMBLE_FULLY_CONNECTED_LONG_MVE_PRODUCTS
      "le lr, 1b\n"
      "2:\n\t"
      "wls lr, r3, 2f\n\t"
      "vctp.16 lr\n\t"
      "vpst\n\t"
      "vldrht.u16 q0, [r0]\n\t" THIMBLE_FULLY_CONNECTED_LONG_MVE_PRODUCTS
      "2:\n\t"
      "stm r12, {r4, r5, r6, r7, r8, r9, r10, r11}\n\t"
      "str r1, [r12, #-12]\n\t"
      : "+r"(r12)
      :
      : THIMBLE_MVE_CLOBBERS);
#else
  const int32_t depth = 8 * task->eights + task->rest;
  for (int32_t i = 0; i < depth; i += 8, task->weights += 32) {
    for (int32_t j = 0; j < 32; ++j) {
      if (i + j % 8 < depth) task->sums[j / 8] += task->input[i + j % 8] * task->weights[j];
    }
  }
#endif
}

THIMBLE_SHARED_KERNEL void thimble_fully_connected_long_s16_mve(const thimble_fully_connected_long_params* p,
                                                                const int16_t* input, const int8_t* weights,
                                                                const int64_t* bias, const thimble_requant* requants,
                                                                int16_t* output) {
  for (int32_t b = 0; b < p->batches; ++b, input += p->depth, output += p->units) {
    thimble_fully_connected_long_mve_task task;
    task.input = input;
    task.weights = weights;
    task.eights = p->depth / 8;
    task.rest = p->depth % 8;
    for (int32_t unit = 0; unit < p->units; unit += 4) {
      thimble_fully_connected_long_mve_sums(&task);
      thimble_fully_connected_long_outputs(p, task.sums, bias, requants, unit, output);
    }
  }
}
