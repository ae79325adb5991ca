#include "ops/add/add_mve_kernel.h"

/* What the assembly below reads, in this order. */
typedef struct {
  const void *a, *b;
  void* output;
  int32_t eights;
  uint16_t order[8]; /* where the elements go: those of two vectors take turns */
  const thimble_add_mve_params* p;
} thimble_add_mve_task;

#ifdef THIMBLE_MVE
#define THIMBLE_ADD_MVE_AWAY(Q) THIMBLE_MVE_AWAY(Q, "r6")
#define THIMBLE_ADD_MVE_UP(Q)
/* Four sums into Q. r0: a, r1: b, r3 to r10: the parameters from offset_a on. */
#define THIMBLE_ADD_MVE_FOUR(Q, LOAD, AWAY)                                            \
  LOAD(Q, "r0")                                                                        \
  LOAD("q1", "r1")                                                                     \
  "vmlas.s32 " Q                                                                       \
  ", q6, r3\n\t"                                                                       \
  "vqrdmulh.s32 " Q ", " Q ", r4\n\t" THIMBLE_ADD_MVE_AWAY(Q) "vrshl.s32 " Q           \
                                                              ", r5\n\t"               \
                                                              "vadd.i32 " Q ", " Q     \
                                                              ", r7\n\t"               \
                                                              "vmla.s32 " Q            \
                                                              ", q1, r8\n\t"           \
                                                              "vqrdmulh.s32 " Q ", " Q \
                                                              ", r9\n\t" AWAY(Q) "vrshl.s32 " Q ", r10\n\t"
#define THIMBLE_ADD_MVE_EIGHTS(NAME, BEGIN, LOAD, AWAY, STORE)            \
  THIMBLE_MVE_CALLED void NAME(thimble_add_mve_task* task) {              \
    register thimble_add_mve_task* r12 __asm__("r12") = task;             \
    __asm__ volatile(                                                   \
        "ldm r12, {r0, r1, r2, lr}\n\t"                                 \
        "vldrw.32 q7, [r12, #16]\n\t"                                   \
        "ldr r11, [r12, #32]\n\t"                                       \
        "ldm r11!, {r3, r4, r5, r6, r7, r8, r9, r10}\n\t"               \
        "ldr r11, [r11]\n\t" BEGIN                                      \
        "vdup.32 q6, r6\n\t"                                            \
        "mov r6, #1\n\t"                                                \
        "dls lr, lr\n"                                                  \
        "1:\n\t" THIMBLE_ADD_MVE_FOUR("q0", LOAD, AWAY)                 \
        THIMBLE_ADD_MVE_FOUR("q3", LOAD, AWAY)                          \
        "vqmovnb.s32 q0, q0\n\t"                                        \
        "vqmovnt.s32 q0, q3\n\t" STORE                                  \
        "le lr, 1b\n\t"                                                 \
        : "+r"(r12)                                                     \
        :                                                               \
        : THIMBLE_MVE_CLOBBERS); \
  }
#define THIMBLE_ADD_MVE_BYTES(Q, ADDRESS) "vldrb.s32 " Q ", [" ADDRESS "], #4\n\t"
#define THIMBLE_ADD_MVE_STORE_BYTES \
  "vqadd.s16 q0, q0, r11\n\t"       \
  "vqmovnb.s16 q0, q0\n\t"          \
  "vstrb.16 q0, [r2, q7]\n\t"       \
  "add r2, r2, #8\n\t"
THIMBLE_ADD_MVE_EIGHTS(thimble_add_mve_eights_away, "", THIMBLE_ADD_MVE_BYTES, THIMBLE_ADD_MVE_AWAY,
                       THIMBLE_ADD_MVE_STORE_BYTES)
THIMBLE_ADD_MVE_EIGHTS(thimble_add_mve_eights_up, "", THIMBLE_ADD_MVE_BYTES, THIMBLE_ADD_MVE_UP,
                       THIMBLE_ADD_MVE_STORE_BYTES)
#define THIMBLE_ADD_MVE_HALVES(Q, ADDRESS) "vldrh.s32 " Q ", [" ADDRESS "], #8\n\t"
/* The range is in r11. */
#define THIMBLE_ADD_MVE_RANGE \
  "vdup.16 q4, r11\n\t"       \
  "lsr r11, r11, #16\n\t"     \
  "vdup.16 q5, r11\n\t"
#define THIMBLE_ADD_MVE_STORE_HALVES   \
  "vmax.s16 q0, q0, q4\n\t"            \
  "vmin.s16 q0, q0, q5\n\t"            \
  "vstrh.16 q0, [r2, q7, uxtw #1]\n\t" \
  "add r2, r2, #16\n\t"
THIMBLE_ADD_MVE_EIGHTS(thimble_add_s16_mve_eights, THIMBLE_ADD_MVE_RANGE, THIMBLE_ADD_MVE_HALVES, THIMBLE_ADD_MVE_AWAY,
                       THIMBLE_ADD_MVE_STORE_HALVES)
#endif

#ifndef THIMBLE_MVE
/* The sum of two elements, to be multiplied. */
static inline int32_t thimble_add_mve_sum(const thimble_add_mve_params* p, int32_t a, int32_t b) {
  const int32_t shifted = thimble_wrap_add(thimble_wrap_mul(a, p->factor_a), p->offset_a);
  const int32_t scaled = thimble_multiply(shifted, p->multiplier_a, p->requant_shift_a);
  return thimble_wrap_add(scaled, thimble_wrap_add(thimble_wrap_mul(b, p->factor_b), p->offset_b));
}
#endif

static inline void thimble_add_mve_eights(thimble_add_mve_task* task) {
  const thimble_add_mve_params* const p = task->p;
#ifdef THIMBLE_MVE
  if (p->exact) {
    thimble_add_mve_eights_away(task);
  } else {
    thimble_add_mve_eights_up(task);
  }
#else
  const int8_t *const a = (const int8_t*)task->a, *const b = (const int8_t*)task->b;
  for (int32_t i = 0; i < 8 * task->eights; ++i) {
    ((int8_t*)task->output)[i] =
        thimble_mve_requantize(thimble_add_mve_sum(p, a[i], b[i]), p->multiplier, p->shift, p->exact, p->zero_point);
  }
#endif
}

THIMBLE_SHARED_KERNEL void thimble_add_mve(const thimble_add_mve_params* p, const int8_t* a, const int8_t* b,
                                           int8_t* output) {
  const int32_t whole = p->count & ~7, rest = p->count - whole;
  thimble_add_mve_task task = {a, b, output, p->count / 8, {0, 4, 1, 5, 2, 6, 3, 7}, p};
  if (whole > 0) thimble_add_mve_eights(&task);
  if (rest > 0) {
    int8_t last[3][8];
    thimble_mve_copy(last[0], a + whole, rest);
    thimble_mve_copy(last[1], b + whole, rest);
    task.a = last[0], task.b = last[1], task.output = last[2];
    task.eights = 1;
    thimble_add_mve_eights(&task);
    thimble_mve_copy(output + whole, last[2], rest);
  }
  if (p->narrow) thimble_mve_clamp(output, p->count, p->output_min, p->output_max);
}

#ifndef THIMBLE_MVE
static inline void thimble_add_s16_mve_eights(thimble_add_mve_task* task) {
  const thimble_add_mve_params* const p = task->p;
  const int16_t *const a = (const int16_t*)task->a, *const b = (const int16_t*)task->b;
  for (int32_t i = 0; i < 8 * task->eights; ++i) {
    const int32_t sum = thimble_multiply(thimble_add_mve_sum(p, a[i], b[i]), p->multiplier, p->shift);
    ((int16_t*)task->output)[i] = (int16_t)thimble_clamp(sum, (int16_t)p->zero_point, p->zero_point >> 16);
  }
}
#endif

THIMBLE_SHARED_KERNEL void thimble_add_s16_mve(const thimble_add_mve_params* p, const int16_t* a, const int16_t* b,
                                               int16_t* output) {
  const int32_t whole = p->count & ~7, rest = p->count - whole;
  thimble_add_mve_task task = {a, b, output, p->count / 8, {0, 4, 1, 5, 2, 6, 3, 7}, p};
  if (whole > 0) thimble_add_s16_mve_eights(&task);
  if (rest > 0) {
    int16_t last[3][8];
    thimble_mve_copy((int8_t*)last[0], (const int8_t*)(a + whole), 2 * rest);
    thimble_mve_copy((int8_t*)last[1], (const int8_t*)(b + whole), 2 * rest);
    task.a = last[0], task.b = last[1], task.output = last[2];
    task.eights = 1;
    thimble_add_s16_mve_eights(&task);
    thimble_mve_copy((int8_t*)(output + whole), (const int8_t*)last[2], 2 * rest);
  }
}
