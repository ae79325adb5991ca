/* Products of three pixels with filters, and their requantization: what CONV_2D's kernel for Armv8.1-M's vector
 * instructions spends its time with. */
#ifndef THIMBLE_CONV_2D_MVE_BLOCKS_KERNEL_H
#define THIMBLE_CONV_2D_MVE_BLOCKS_KERNEL_H

#include "ops/conv_2d/conv_2d_mve_kernel.h"

/* What the assembly below reads, in this order. */
typedef struct {
  int32_t zeros[6];
  const int8_t* columns; /* of three pixels */
  const int8_t* filters;
  int8_t* outputs[3];     /* of the three pixels; pixel 0 is written last */
  int32_t blocks;         /* eights of channels */
  int32_t loop_0, loop_1; /* N: the vectors as 4 * loop_0 + loop_1; ROWS: loop_0 planes */
  int32_t zero_point;
  const int32_t* sums_of[4]; /* where those of filters 0, 2, 4 and 6 are */
  int32_t sums[24];
  int32_t form; /* of the parameters; ROWS + 1 for two pixels, ROWS + 2 for one */
  int32_t exact;
  const int8_t* const* starts; /* ROWS: where each row and plane of the first window starts */
} thimble_conv_2d_mve_task;

#ifdef THIMBLE_MVE
/* Products of a vector of each pixel, X0 to X2, with those of two filters, F0 and F1; vmladav starts a sum. */
#define THIMBLE_CONV_2D_MVE_SIX(VMLADAV, X0, X1, X2, F0, F1)                                                    \
  VMLADAV " r0, " X0 ", " F0 "\n\t" VMLADAV " r2, " X1 ", " F0 "\n\t" VMLADAV " r4, " X2 ", " F0 "\n\t" VMLADAV \
          " r6, " X0 ", " F1 "\n\t" VMLADAV " r8, " X1 ", " F1 "\n\t" VMLADAV " r10, " X2 ", " F1 "\n\t"
#define THIMBLE_CONV_2D_MVE_FILTERS(F0, F1) "vldrb.8 " F0 ", [r3], #16\n\tvldrb.8 " F1 ", [r3], #16\n\t"
#define THIMBLE_CONV_2D_MVE_FOUR_TIMES "mov lr, #4\n\tdls lr, lr\n"
#define THIMBLE_CONV_2D_MVE_STORE "stm r5!, {r0, r2, r4, r6, r8, r10}\n\t"

/* The sums of eight channels. r1: columns, r3: filters, r5: sums, r12: task; r9, r11: loops. One vector a window: */
#define THIMBLE_CONV_2D_MVE_SUMS_1                                                                             \
  "vldrw.32 q0, [r1]\n\t"                                                                                      \
  "vldrw.32 q1, [r1, #16]\n\t"                                                                                 \
  "vldrw.32 q2, [r1, #32]\n\t" THIMBLE_CONV_2D_MVE_FOUR_TIMES "1:\n\t" THIMBLE_CONV_2D_MVE_FILTERS("q3", "q4") \
      THIMBLE_CONV_2D_MVE_SIX("vmladav.s8", "q0", "q1", "q2", "q3", "q4") THIMBLE_CONV_2D_MVE_STORE "le lr, 1b\n\t"
/* Two: */
#define THIMBLE_CONV_2D_MVE_SUMS_2                                                                                \
  "vldrw.32 q0, [r1]\n\t"                                                                                         \
  "vldrw.32 q1, [r1, #16]\n\t"                                                                                    \
  "vldrw.32 q2, [r1, #32]\n\t"                                                                                    \
  "vldrw.32 q3, [r1, #48]\n\t"                                                                                    \
  "vldrw.32 q4, [r1, #64]\n\t"                                                                                    \
  "vldrw.32 q5, [r1, #80]\n\t" THIMBLE_CONV_2D_MVE_FOUR_TIMES "1:\n\t" THIMBLE_CONV_2D_MVE_FILTERS("q6", "q7")    \
      THIMBLE_CONV_2D_MVE_SIX("vmladav.s8", "q0", "q2", "q4", "q6", "q7") THIMBLE_CONV_2D_MVE_FILTERS("q6", "q7") \
          THIMBLE_CONV_2D_MVE_SIX("vmladava.s8", "q1", "q3", "q5", "q6", "q7") THIMBLE_CONV_2D_MVE_STORE          \
      "le lr, 1b\n\t"
/* Four, of which those of pixel 0 stay in registers: */
#define THIMBLE_CONV_2D_MVE_TURN(VMLADAV, X0, OFFSET_1, OFFSET_2) \
  THIMBLE_CONV_2D_MVE_FILTERS("q4", "q5")                         \
  "vldrw.32 q6, [r1, #" OFFSET_1                                  \
  "]\n\t"                                                         \
  "vldrw.32 q7, [r1, #" OFFSET_2 "]\n\t" THIMBLE_CONV_2D_MVE_SIX(VMLADAV, X0, "q6", "q7", "q4", "q5")
#define THIMBLE_CONV_2D_MVE_SUMS_4                                   \
  "vldrw.32 q0, [r1]\n\t"                                            \
  "vldrw.32 q1, [r1, #16]\n\t"                                       \
  "vldrw.32 q2, [r1, #32]\n\t"                                       \
  "vldrw.32 q3, [r1, #48]\n\t" THIMBLE_CONV_2D_MVE_FOUR_TIMES        \
  "1:\n\t" THIMBLE_CONV_2D_MVE_TURN("vmladav.s8", "q0", "64", "128") \
      THIMBLE_CONV_2D_MVE_TURN("vmladava.s8", "q1", "80", "144")     \
          THIMBLE_CONV_2D_MVE_TURN("vmladava.s8", "q2", "96", "160") \
              THIMBLE_CONV_2D_MVE_TURN("vmladava.s8", "q3", "112", "176") THIMBLE_CONV_2D_MVE_STORE "le lr, 1b\n\t"
/* Any number: */
#define THIMBLE_CONV_2D_MVE_STEP                                        \
  "vldrw.32 q0, [r1], #48\n\t"                                          \
  "vldrw.32 q1, [r1, #-32]\n\t"                                         \
  "vldrw.32 q2, [r1, #-16]\n\t" THIMBLE_CONV_2D_MVE_FILTERS("q3", "q4") \
      THIMBLE_CONV_2D_MVE_SIX("vmladava.s8", "q0", "q1", "q2", "q3", "q4")
#define THIMBLE_CONV_2D_MVE_SUMS_N                                                                             \
  "mov r7, #4\n"                                                                                               \
  "2:\n\t"                                                                                                     \
  "ldm r12, {r0, r2, r4, r6, r8, r10}\n\t"                                                                     \
  "ldr r1, [r12, #24]\n\t"                                                                                     \
  "wls lr, r9, 3f\n"                                                                                           \
  "1:\n\t" THIMBLE_CONV_2D_MVE_STEP THIMBLE_CONV_2D_MVE_STEP THIMBLE_CONV_2D_MVE_STEP THIMBLE_CONV_2D_MVE_STEP \
  "le lr, 1b\n"                                                                                                \
  "3:\n\t"                                                                                                     \
  "wls lr, r11, 3f\n"                                                                                          \
  "1:\n\t" THIMBLE_CONV_2D_MVE_STEP                                                                            \
  "le lr, 1b\n"                                                                                                \
  "3:\n\t" THIMBLE_CONV_2D_MVE_STORE                                                                           \
  "subs r7, r7, #1\n\t"                                                                                        \
  "bne 2b\n\t"
/* A row and a plane of three, two or one neighbours' windows: five vectors, or less, each column's in turn. */
#define THIMBLE_CONV_2D_MVE_FOUR(X0, X1, F0, F1) \
  "vmladava.s8 r0, " X0 ", " F0                  \
  "\n\t"                                         \
  "vmladava.s8 r2, " X1 ", " F0                  \
  "\n\t"                                         \
  "vmladava.s8 r6, " X0 ", " F1                  \
  "\n\t"                                         \
  "vmladava.s8 r8, " X1 ", " F1 "\n\t"
#define THIMBLE_CONV_2D_MVE_TWO(X0, F0, F1) "vmladava.s8 r0, " X0 ", " F0 "\n\tvmladava.s8 r6, " X0 ", " F1 "\n\t"
#define THIMBLE_CONV_2D_MVE_ROW_3(VMLADAV) \
  "ldr r1, [r11], #4\n\t" THIMBLE_CONV_2D_MVE_FILTERS("q5", "q6")                                              \
  "vldrw.32 q0, [r1]\n\t"                                                                                      \
  "vldrw.32 q1, [r1, #16]\n\t"                                                                                 \
  "vldrw.32 q2, [r1, #32]\n\t"                                                                                 \
  THIMBLE_CONV_2D_MVE_SIX(VMLADAV, "q0", "q1", "q2", "q5", "q6") THIMBLE_CONV_2D_MVE_FILTERS("q5", "q6") \
  "vldrw.32 q3, [r1, #48]\n\t"                                                                                 \
  THIMBLE_CONV_2D_MVE_SIX("vmladava.s8", "q1", "q2", "q3", "q5", "q6") THIMBLE_CONV_2D_MVE_FILTERS("q5", "q6") \
  "vldrw.32 q4, [r1, #64]\n\t"                                                                                 \
  THIMBLE_CONV_2D_MVE_SIX("vmladava.s8", "q2", "q3", "q4", "q5", "q6")
#define THIMBLE_CONV_2D_MVE_ROW_2 \
  "ldr r1, [r11], #4\n\t" THIMBLE_CONV_2D_MVE_FILTERS("q5", "q6")                                   \
  "vldrw.32 q0, [r1]\n\t"                                                                           \
  "vldrw.32 q1, [r1, #16]\n\t"                                                                      \
  THIMBLE_CONV_2D_MVE_FOUR("q0", "q1", "q5", "q6") THIMBLE_CONV_2D_MVE_FILTERS("q5", "q6")          \
  "vldrw.32 q2, [r1, #32]\n\t"                                                                      \
  THIMBLE_CONV_2D_MVE_FOUR("q1", "q2", "q5", "q6") THIMBLE_CONV_2D_MVE_FILTERS("q5", "q6")          \
  "vldrw.32 q3, [r1, #48]\n\t" THIMBLE_CONV_2D_MVE_FOUR("q2", "q3", "q5", "q6")
#define THIMBLE_CONV_2D_MVE_ROW_1                                                                                    \
  "ldr r1, [r11], #4\n\t" THIMBLE_CONV_2D_MVE_FILTERS("q5", "q6") "vldrw.32 q0, [r1]\n\t" THIMBLE_CONV_2D_MVE_TWO(   \
      "q0", "q5", "q6")                                                                                              \
      THIMBLE_CONV_2D_MVE_FILTERS("q5", "q6") "vldrw.32 q1, [r1, #16]\n\t" THIMBLE_CONV_2D_MVE_TWO("q1", "q5", "q6") \
          THIMBLE_CONV_2D_MVE_FILTERS("q5", "q6") "vldrw.32 q2, [r1, #32]\n\t" THIMBLE_CONV_2D_MVE_TWO("q2", "q5",   \
                                                                                                       "q6")
#define THIMBLE_CONV_2D_MVE_SUMS_ROWS(LOOP, BODY)                                         \
  "mov r7, #4\n"                                                                          \
  "2:\n\t"                                                                                \
  "ldm r12, {r0, r2, r4, r6, r8, r10}\n\t"                                                \
  "ldr r11, [r12, #180]\n\t" LOOP "1:\n\t" BODY "le lr, 1b\n\t" THIMBLE_CONV_2D_MVE_STORE \
  "subs r7, r7, #1\n\t"                                                                   \
  "bne 2b\n\t"
/* All of three rows of a plane; more than one plane, and only one. */
#define THIMBLE_CONV_2D_MVE_ROWS_3(VMLADAV) \
  THIMBLE_CONV_2D_MVE_ROW_3(VMLADAV) THIMBLE_CONV_2D_MVE_ROW_3("vmladava.s8") THIMBLE_CONV_2D_MVE_ROW_3("vmladava.s8")
#define THIMBLE_CONV_2D_MVE_SUMS_ROWS_OF_1 \
  THIMBLE_CONV_2D_MVE_FOUR_TIMES           \
  "1:\n\t"                                 \
  "ldr r11, [r12, #180]\n\t" THIMBLE_CONV_2D_MVE_ROWS_3("vmladav.s8") THIMBLE_CONV_2D_MVE_STORE "le lr, 1b\n\t"
#define THIMBLE_CONV_2D_MVE_LOOP_PLANES "dls lr, r9\n"
#define THIMBLE_CONV_2D_MVE_LOOP_ROWS "add lr, r9, r9, lsl #1\n\tdls lr, lr\n"

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
#else
/* The sum of a channel and a pixel; `filter`: its first vector, every second one is its own. */
static inline int32_t thimble_conv_2d_mve_sum(const thimble_conv_2d_mve_task* task, const int8_t* filter,
                                              int32_t vectors, int32_t pixel) {
  const int32_t missing = task->form - THIMBLE_CONV_2D_MVE_ROWS;
  if ((missing == 1 || missing == 2) && pixel >= 3 - missing) return 0; /* not there */
  int32_t sum = 0;
  for (int32_t i = 0; i < vectors; ++i, filter += 32) {
    const int8_t* vector = task->columns + 16 * (pixel * vectors + i);
    if (task->form == THIMBLE_CONV_2D_MVE_N) vector = task->columns + 16 * (pixel + 3 * i);
    if (task->form >= THIMBLE_CONV_2D_MVE_ROWS) vector = task->starts[i / 3] + 16 * (pixel + i % 3);
    sum = thimble_wrap_add(sum, thimble_mve_dot(vector, filter, 16));
  }
  return sum;
}
#endif

/* All eights of channels of three pixels, of `vectors` vectors each. Moves on filters and outputs. */
THIMBLE_MVE_CALLED void thimble_conv_2d_mve_blocks(thimble_conv_2d_mve_task* task, int32_t vectors) {
#ifdef THIMBLE_MVE
  register thimble_conv_2d_mve_task* r12 __asm__("r12") = task;
  (void)vectors;
  __asm__ volatile(
      "ldr r3, [r12, #28]\n\t"
      "ldrd r9, r11, [r12, #48]\n"
      "10:\n\t"
      "ldr r1, [r12, #24]\n\t"
      "add r5, r12, #76\n\t"
      "ldr r0, [r12, #172]\n\t"
      "tbh [pc, r0, lsl #1]\n"
      "20:\n\t"
      ".hword (21f - 20b) / 2\n\t"
      ".hword (22f - 20b) / 2\n\t"
      ".hword (24f - 20b) / 2\n\t"
      ".hword (25f - 20b) / 2\n\t"
      ".hword (26f - 20b) / 2\n\t"
      ".hword (28f - 20b) / 2\n\t"
      ".hword (29f - 20b) / 2\n\t"
      ".hword (30f - 20b) / 2\n"
      "21:\n\t" THIMBLE_CONV_2D_MVE_SUMS_1
      "b 27f\n"
      "22:\n\t" THIMBLE_CONV_2D_MVE_SUMS_2
      "b 27f\n"
      "24:\n\t" THIMBLE_CONV_2D_MVE_SUMS_4
      "b 27f\n"
      "25:\n\t" THIMBLE_CONV_2D_MVE_SUMS_N
      "b 27f\n"
      "26:\n\t" THIMBLE_CONV_2D_MVE_SUMS_ROWS(THIMBLE_CONV_2D_MVE_LOOP_PLANES, THIMBLE_CONV_2D_MVE_ROWS_3("vmladava.s8"))
      "b 27f\n"
      "30:\n\t" THIMBLE_CONV_2D_MVE_SUMS_ROWS_OF_1 
      "b 27f\n"
      "28:\n\t" THIMBLE_CONV_2D_MVE_SUMS_ROWS(THIMBLE_CONV_2D_MVE_LOOP_ROWS, THIMBLE_CONV_2D_MVE_ROW_2)
      "b 27f\n"
      "29:\n\t" THIMBLE_CONV_2D_MVE_SUMS_ROWS(THIMBLE_CONV_2D_MVE_LOOP_ROWS, THIMBLE_CONV_2D_MVE_ROW_1)
      "27:\n\t" THIMBLE_CONV_2D_MVE_OUTPUTS
      "ldr r0, [r12, #44]\n\t"
      "subs r0, r0, #1\n\t"
      "str r0, [r12, #44]\n\t"
      "bne 10b\n\t"
      "str r3, [r12, #28]\n\t"
      : "+r"(r12)
      :
      : THIMBLE_MVE_CLOBBERS);
#else
  for (; task->blocks > 0; --task->blocks) {
    const int8_t* const factors = task->filters + 128 * vectors;
    for (int32_t channel = 0; channel < 8; ++channel) {
      const int8_t* const filter = task->filters + 32 * vectors * (channel / 2) + 16 * (channel % 2);
      const int8_t* const factor = factors + 48 * (channel % 2) + 4 * (channel / 2);
      for (int32_t pixel = 2; pixel >= 0; --pixel) {
        const int32_t sum =
            thimble_wrap_add(thimble_mve_word(factor), thimble_conv_2d_mve_sum(task, filter, vectors, pixel));
        *task->outputs[pixel]++ = thimble_mve_requantize(sum, thimble_mve_word(factor + 16),
                                                         thimble_mve_word(factor + 32), task->exact, task->zero_point);
      }
    }
    task->filters = factors + 96;
  }
#endif
}

#endif
