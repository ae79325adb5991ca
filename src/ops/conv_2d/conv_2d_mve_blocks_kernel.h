/* Products of three pixels with filters, of elements of 8 or 16 bits: what CONV_2D's kernels for Armv8.1-M's vector
 * instructions spend their time with. */
#ifndef THIMBLE_CONV_2D_MVE_BLOCKS_KERNEL_H
#define THIMBLE_CONV_2D_MVE_BLOCKS_KERNEL_H

#include "ops/conv_2d/conv_2d_mve_params_kernel.h"

/* What the assembly below reads, in this order. */
typedef struct {
  int32_t zeros[6];
  const int8_t* columns; /* of three pixels */
  const int8_t* filters;
  void* outputs[3];          /* of the three pixels; pixel 0 is written last */
  int32_t blocks;            /* eights of channels */
  int32_t loop_0, loop_1;    /* N: the vectors as 4 * loop_0 + loop_1; ROWS: loop_0 planes */
  int32_t finish;            /* the zero point; of 16 bits: the output's range */
  const int32_t* sums_of[4]; /* where those of filters 0, 2, 4 and 6 are */
  int32_t sums[24];
  int32_t form; /* of the parameters; ROWS + 1 for two pixels, ROWS + 2 for one */
  int32_t exact;
  const int8_t* const* starts; /* ROWS: where each row and plane of the first window starts */
} thimble_conv_2d_mve_task;

#ifdef THIMBLE_MVE
/* T: s8 or s16. Products of a vector of each pixel, X0 to X2, with those of two filters, F0 and F1; vmladav starts a
 * sum. */
#define THIMBLE_CONV_2D_MVE_SIX(T, VMLADAV, X0, X1, X2, F0, F1)                                                       \
  VMLADAV "." #T " r0, " X0 ", " F0 "\n\t" VMLADAV "." #T " r2, " X1 ", " F0 "\n\t" VMLADAV "." #T " r4, " X2 ", " F0 \
          "\n\t" VMLADAV "." #T " r6, " X0 ", " F1 "\n\t" VMLADAV "." #T " r8, " X1 ", " F1 "\n\t" VMLADAV "." #T     \
          " r10, " X2 ", " F1 "\n\t"
#define THIMBLE_CONV_2D_MVE_FILTERS(T, F0, F1) THIMBLE_MVE_WEIGHTS_##T(F0, "r3") THIMBLE_MVE_WEIGHTS_##T(F1, "r3")
#define THIMBLE_CONV_2D_MVE_FOUR_TIMES "mov lr, #4\n\tdls lr, lr\n"
#define THIMBLE_CONV_2D_MVE_STORE "stm r5!, {r0, r2, r4, r6, r8, r10}\n\t"

/* The sums of eight channels. r1: columns, r3: filters, r5: sums, r12: task; r9, r11: loops. One vector a window: */
#define THIMBLE_CONV_2D_MVE_SUMS_1(T)                                                                             \
  "vldrw.32 q0, [r1]\n\t"                                                                                         \
  "vldrw.32 q1, [r1, #16]\n\t"                                                                                    \
  "vldrw.32 q2, [r1, #32]\n\t" THIMBLE_CONV_2D_MVE_FOUR_TIMES "1:\n\t" THIMBLE_CONV_2D_MVE_FILTERS(T, "q3", "q4") \
      THIMBLE_CONV_2D_MVE_SIX(T, "vmladav", "q0", "q1", "q2", "q3", "q4") THIMBLE_CONV_2D_MVE_STORE "le lr, 1b\n\t"
/* Two: */
#define THIMBLE_CONV_2D_MVE_SUMS_2(T)                                                                                \
  "vldrw.32 q0, [r1]\n\t"                                                                                            \
  "vldrw.32 q1, [r1, #16]\n\t"                                                                                       \
  "vldrw.32 q2, [r1, #32]\n\t"                                                                                       \
  "vldrw.32 q3, [r1, #48]\n\t"                                                                                       \
  "vldrw.32 q4, [r1, #64]\n\t"                                                                                       \
  "vldrw.32 q5, [r1, #80]\n\t" THIMBLE_CONV_2D_MVE_FOUR_TIMES "1:\n\t" THIMBLE_CONV_2D_MVE_FILTERS(T, "q6", "q7")    \
      THIMBLE_CONV_2D_MVE_SIX(T, "vmladav", "q0", "q2", "q4", "q6", "q7") THIMBLE_CONV_2D_MVE_FILTERS(T, "q6", "q7") \
          THIMBLE_CONV_2D_MVE_SIX(T, "vmladava", "q1", "q3", "q5", "q6", "q7") THIMBLE_CONV_2D_MVE_STORE             \
      "le lr, 1b\n\t"
/* Four, of which those of pixel 0 stay in registers: */
#define THIMBLE_CONV_2D_MVE_TURN(T, VMLADAV, X0, OFFSET_1, OFFSET_2) \
  THIMBLE_CONV_2D_MVE_FILTERS(T, "q4", "q5")                         \
  "vldrw.32 q6, [r1, #" OFFSET_1                                     \
  "]\n\t"                                                            \
  "vldrw.32 q7, [r1, #" OFFSET_2 "]\n\t" THIMBLE_CONV_2D_MVE_SIX(T, VMLADAV, X0, "q6", "q7", "q4", "q5")
#define THIMBLE_CONV_2D_MVE_SUMS_4(T)                                \
  "vldrw.32 q0, [r1]\n\t"                                            \
  "vldrw.32 q1, [r1, #16]\n\t"                                       \
  "vldrw.32 q2, [r1, #32]\n\t"                                       \
  "vldrw.32 q3, [r1, #48]\n\t" THIMBLE_CONV_2D_MVE_FOUR_TIMES        \
  "1:\n\t" THIMBLE_CONV_2D_MVE_TURN(T, "vmladav", "q0", "64", "128") \
      THIMBLE_CONV_2D_MVE_TURN(T, "vmladava", "q1", "80", "144")     \
          THIMBLE_CONV_2D_MVE_TURN(T, "vmladava", "q2", "96", "160") \
              THIMBLE_CONV_2D_MVE_TURN(T, "vmladava", "q3", "112", "176") THIMBLE_CONV_2D_MVE_STORE "le lr, 1b\n\t"
/* Any number: */
#define THIMBLE_CONV_2D_MVE_STEP(T)                                        \
  "vldrw.32 q0, [r1], #48\n\t"                                             \
  "vldrw.32 q1, [r1, #-32]\n\t"                                            \
  "vldrw.32 q2, [r1, #-16]\n\t" THIMBLE_CONV_2D_MVE_FILTERS(T, "q3", "q4") \
      THIMBLE_CONV_2D_MVE_SIX(T, "vmladava", "q0", "q1", "q2", "q3", "q4")
#define THIMBLE_CONV_2D_MVE_SUMS_N(T) \
  "mov r7, #4\n"                                                                                               \
  "2:\n\t"                                                                                                     \
  "ldm r12, {r0, r2, r4, r6, r8, r10}\n\t"                                                                     \
  "ldr r1, [r12, #24]\n\t"                                                                                     \
  "wls lr, r9, 3f\n"                                                                                           \
  "1:\n\t" THIMBLE_CONV_2D_MVE_STEP(T) THIMBLE_CONV_2D_MVE_STEP(T) THIMBLE_CONV_2D_MVE_STEP(T) THIMBLE_CONV_2D_MVE_STEP(T) \
  "le lr, 1b\n"                                                                                                \
  "3:\n\t"                                                                                                     \
  "wls lr, r11, 3f\n"                                                                                          \
  "1:\n\t" THIMBLE_CONV_2D_MVE_STEP(T)                                                                            \
  "le lr, 1b\n"                                                                                                \
  "3:\n\t" THIMBLE_CONV_2D_MVE_STORE                                                                           \
  "subs r7, r7, #1\n\t"                                                                                        \
  "bne 2b\n\t"
/* A row and a plane of three, two or one neighbours' windows: five vectors, or less, each column's in turn. */
#define THIMBLE_CONV_2D_MVE_FOUR(T, X0, X1, F0, F1) \
  "vmladava." #T " r0, " X0 ", " F0                 \
  "\n\t"                                            \
  "vmladava." #T " r2, " X1 ", " F0                 \
  "\n\t"                                            \
  "vmladava." #T " r6, " X0 ", " F1                 \
  "\n\t"                                            \
  "vmladava." #T " r8, " X1 ", " F1 "\n\t"
#define THIMBLE_CONV_2D_MVE_TWO(T, X0, F0, F1) \
  "vmladava." #T " r0, " X0 ", " F0 "\n\tvmladava." #T " r6, " X0 ", " F1 "\n\t"
#define THIMBLE_CONV_2D_MVE_ROW_3(T, VMLADAV) \
  "ldr r1, [r11], #4\n\t" THIMBLE_CONV_2D_MVE_FILTERS(T, "q5", "q6")                                              \
  "vldrw.32 q0, [r1]\n\t"                                                                                      \
  "vldrw.32 q1, [r1, #16]\n\t"                                                                                 \
  "vldrw.32 q2, [r1, #32]\n\t"                                                                                 \
  THIMBLE_CONV_2D_MVE_SIX(T, VMLADAV, "q0", "q1", "q2", "q5", "q6") THIMBLE_CONV_2D_MVE_FILTERS(T, "q5", "q6") \
  "vldrw.32 q3, [r1, #48]\n\t"                                                                                 \
  THIMBLE_CONV_2D_MVE_SIX(T, "vmladava", "q1", "q2", "q3", "q5", "q6") THIMBLE_CONV_2D_MVE_FILTERS(T, "q5", "q6") \
  "vldrw.32 q4, [r1, #64]\n\t"                                                                                 \
  THIMBLE_CONV_2D_MVE_SIX(T, "vmladava", "q2", "q3", "q4", "q5", "q6")
#define THIMBLE_CONV_2D_MVE_ROW_2(T) \
  "ldr r1, [r11], #4\n\t" THIMBLE_CONV_2D_MVE_FILTERS(T, "q5", "q6")                                   \
  "vldrw.32 q0, [r1]\n\t"                                                                           \
  "vldrw.32 q1, [r1, #16]\n\t"                                                                      \
  THIMBLE_CONV_2D_MVE_FOUR(T, "q0", "q1", "q5", "q6") THIMBLE_CONV_2D_MVE_FILTERS(T, "q5", "q6")          \
  "vldrw.32 q2, [r1, #32]\n\t"                                                                      \
  THIMBLE_CONV_2D_MVE_FOUR(T, "q1", "q2", "q5", "q6") THIMBLE_CONV_2D_MVE_FILTERS(T, "q5", "q6")          \
  "vldrw.32 q3, [r1, #48]\n\t" THIMBLE_CONV_2D_MVE_FOUR(T, "q2", "q3", "q5", "q6")
#define THIMBLE_CONV_2D_MVE_ROW_1(T)                                                                                  \
  "ldr r1, [r11], #4\n\t" THIMBLE_CONV_2D_MVE_FILTERS(T, "q5", "q6") "vldrw.32 q0, [r1]\n\t" THIMBLE_CONV_2D_MVE_TWO( \
      T, "q0", "q5", "q6")                                                                                            \
      THIMBLE_CONV_2D_MVE_FILTERS(T, "q5", "q6") "vldrw.32 q1, [r1, #16]\n\t" THIMBLE_CONV_2D_MVE_TWO(T, "q1", "q5",  \
                                                                                                      "q6")           \
          THIMBLE_CONV_2D_MVE_FILTERS(T, "q5", "q6") "vldrw.32 q2, [r1, #32]\n\t" THIMBLE_CONV_2D_MVE_TWO(T, "q2",    \
                                                                                                          "q5", "q6")
#define THIMBLE_CONV_2D_MVE_SUMS_ROWS(LOOP, BODY)                                         \
  "mov r7, #4\n"                                                                          \
  "2:\n\t"                                                                                \
  "ldm r12, {r0, r2, r4, r6, r8, r10}\n\t"                                                \
  "ldr r11, [r12, #180]\n\t" LOOP "1:\n\t" BODY "le lr, 1b\n\t" THIMBLE_CONV_2D_MVE_STORE \
  "subs r7, r7, #1\n\t"                                                                   \
  "bne 2b\n\t"
/* All of three rows of a plane; more than one plane, and only one. */
#define THIMBLE_CONV_2D_MVE_ROWS_3(T, VMLADAV) \
  THIMBLE_CONV_2D_MVE_ROW_3(T, VMLADAV)        \
  THIMBLE_CONV_2D_MVE_ROW_3(T, "vmladava") THIMBLE_CONV_2D_MVE_ROW_3(T, "vmladava")
#define THIMBLE_CONV_2D_MVE_SUMS_ROWS_OF_1(T) \
  THIMBLE_CONV_2D_MVE_FOUR_TIMES              \
  "1:\n\t"                                    \
  "ldr r11, [r12, #180]\n\t" THIMBLE_CONV_2D_MVE_ROWS_3(T, "vmladav") THIMBLE_CONV_2D_MVE_STORE "le lr, 1b\n\t"
#define THIMBLE_CONV_2D_MVE_LOOP_PLANES "dls lr, r9\n"
#define THIMBLE_CONV_2D_MVE_LOOP_ROWS "add lr, r9, r9, lsl #1\n\tdls lr, lr\n"

/* All eights of channels of three pixels. OUTPUTS makes outputs of the sums of eight, at
 * r12 + 76, moves the pointers to outputs on, and r3 beyond the factors. */
#define THIMBLE_CONV_2D_MVE_BLOCKS(T, OUTPUTS) \
  "ldr r3, [r12, #28]\n\t" \
  "ldrd r9, r11, [r12, #48]\n" \
  "10:\n\t" \
  "ldr r1, [r12, #24]\n\t" \
  "add r5, r12, #76\n\t" \
  "ldr r0, [r12, #172]\n\t" \
  "tbh [pc, r0, lsl #1]\n" \
  "20:\n\t" \
  ".hword (21f - 20b) / 2\n\t" \
  ".hword (22f - 20b) / 2\n\t" \
  ".hword (24f - 20b) / 2\n\t" \
  ".hword (25f - 20b) / 2\n\t" \
  ".hword (26f - 20b) / 2\n\t" \
  ".hword (28f - 20b) / 2\n\t" \
  ".hword (29f - 20b) / 2\n\t" \
  ".hword (30f - 20b) / 2\n" \
  "21:\n\t" THIMBLE_CONV_2D_MVE_SUMS_1(T) \
  "b 27f\n" \
  "22:\n\t" THIMBLE_CONV_2D_MVE_SUMS_2(T) \
  "b 27f\n" \
  "24:\n\t" THIMBLE_CONV_2D_MVE_SUMS_4(T) \
  "b 27f\n" \
  "25:\n\t" THIMBLE_CONV_2D_MVE_SUMS_N(T) \
  "b 27f\n" \
  "26:\n\t" THIMBLE_CONV_2D_MVE_SUMS_ROWS(THIMBLE_CONV_2D_MVE_LOOP_PLANES, THIMBLE_CONV_2D_MVE_ROWS_3(T, "vmladava")) \
  "b 27f\n" \
  "30:\n\t" THIMBLE_CONV_2D_MVE_SUMS_ROWS_OF_1(T) \
  "b 27f\n" \
  "28:\n\t" THIMBLE_CONV_2D_MVE_SUMS_ROWS(THIMBLE_CONV_2D_MVE_LOOP_ROWS, THIMBLE_CONV_2D_MVE_ROW_2(T)) \
  "b 27f\n" \
  "29:\n\t" THIMBLE_CONV_2D_MVE_SUMS_ROWS(THIMBLE_CONV_2D_MVE_LOOP_ROWS, THIMBLE_CONV_2D_MVE_ROW_1(T)) \
  "27:\n\t" OUTPUTS \
  "ldr r0, [r12, #44]\n\t" \
  "subs r0, r0, #1\n\t" \
  "str r0, [r12, #44]\n\t" \
  "bne 10b\n\t" \
  "str r3, [r12, #28]\n\t"
#else
/* The sum of a channel and a pixel; `filter`: its first vector, every second one is its own. `width`: bytes of an
 * element. */
static inline int32_t thimble_conv_2d_mve_sum(const thimble_conv_2d_mve_task* task, int32_t width, const int8_t* filter,
                                              int32_t vectors, int32_t pixel) {
  const int32_t missing = task->form - THIMBLE_CONV_2D_MVE_ROWS;
  if ((missing == 1 || missing == 2) && pixel >= 3 - missing) return 0; /* not there */
  int32_t sum = 0;
  for (int32_t i = 0; i < vectors; ++i, filter += 32 / width) {
    const int8_t* vector = task->columns + 16 * (pixel * vectors + i);
    if (task->form == THIMBLE_CONV_2D_MVE_N) vector = task->columns + 16 * (pixel + 3 * i);
    if (task->form >= THIMBLE_CONV_2D_MVE_ROWS) vector = task->starts[i / 3] + 16 * (pixel + i % 3);
    sum =
        thimble_wrap_add(sum, width == 1 ? thimble_mve_dot(vector, filter, 16) : thimble_mve_dot_16(vector, filter, 8));
  }
  return sum;
}

/* The sums of eight channels, with their biases, in the order of channels and then of pixels, the last of which comes
 * first. Returns where the factors of the eight start. */
static inline const int8_t* thimble_conv_2d_mve_sums(const thimble_conv_2d_mve_task* task, int32_t width,
                                                     int32_t sums[24]) {
  const int by_rows = task->form >= THIMBLE_CONV_2D_MVE_ROWS;
  const int32_t vectors = by_rows ? 9 * task->loop_0 : 4 * task->loop_0 + task->loop_1;
  const int8_t* const factors = task->filters + 128 * vectors / width;
  for (int32_t channel = 0; channel < 8; ++channel) {
    const int8_t* const filter = task->filters + (32 * vectors * (channel / 2) + 16 * (channel % 2)) / width;
    const int32_t bias = thimble_mve_word(factors + 48 * (channel % 2) + 4 * (channel / 2));
    for (int32_t pixel = 2; pixel >= 0; --pixel) {
      *sums++ = thimble_wrap_add(bias, thimble_conv_2d_mve_sum(task, width, filter, vectors, pixel));
    }
  }
  return factors;
}
#endif

#endif
