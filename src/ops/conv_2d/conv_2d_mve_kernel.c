#include "ops/conv_2d/conv_2d_mve_kernel.h"

/* What the assembly below reads, in this order. */
typedef struct {
  int32_t zeros[6];
  const int8_t* columns; /* of three pixels */
  const int8_t* filters;
  int8_t* outputs[3];  /* of the three pixels; pixel 0 is written last */
  int32_t blocks;      /* eights of channels */
  int32_t fours, ones; /* the vectors as 4 * fours + ones */
  int32_t zero_point;
  const int32_t* sums_of[4]; /* where those of filters 0, 2, 4 and 6 are */
  int32_t sums[24];
} thimble_conv_2d_mve_task;

#ifdef THIMBLE_MVE
/* Products of a vector of each pixel, X0 to X2, with those of two filters, F0 and F1; VMLADAV starts a sum. */
#define THIMBLE_CONV_2D_MVE_SIX(VMLADAV, X0, X1, X2, F0, F1)                                                    \
  VMLADAV " r0, " X0 ", " F0 "\n\t" VMLADAV " r2, " X1 ", " F0 "\n\t" VMLADAV " r4, " X2 ", " F0 "\n\t" VMLADAV \
          " r6, " X0 ", " F1 "\n\t" VMLADAV " r8, " X1 ", " F1 "\n\t" VMLADAV " r10, " X2 ", " F1 "\n\t"
#define THIMBLE_CONV_2D_MVE_FILTERS(F0, F1) "vldrb.8 " F0 ", [r3], #16\n\tvldrb.8 " F1 ", [r3], #16\n\t"

/* The sums of eight channels. r1: columns, r3: filters, r5: sums, r12: task. One vector a window: */
#define THIMBLE_CONV_2D_MVE_SUMS_1 \
  "vldrw.32 q0, [r1]\n\t"                                 \
  "vldrw.32 q1, [r1, #16]\n\t"                            \
  "vldrw.32 q2, [r1, #32]\n\t"                            \
  "mov lr, #4\n\t"                                        \
  "dls lr, lr\n"                                          \
  "1:\n\t" THIMBLE_CONV_2D_MVE_FILTERS("q3", "q4")        \
  THIMBLE_CONV_2D_MVE_SIX("vmladav.s8", "q0", "q1", "q2", "q3", "q4") \
  "stm r5!, {r0, r2, r4, r6, r8, r10}\n\t"                \
  "le lr, 1b\n\t"
/* Two: */
#define THIMBLE_CONV_2D_MVE_SUMS_2 \
  "vldrw.32 q0, [r1]\n\t"                                 \
  "vldrw.32 q1, [r1, #16]\n\t"                            \
  "vldrw.32 q2, [r1, #32]\n\t"                            \
  "vldrw.32 q3, [r1, #48]\n\t"                            \
  "vldrw.32 q4, [r1, #64]\n\t"                            \
  "vldrw.32 q5, [r1, #80]\n\t"                            \
  "mov lr, #4\n\t"                                        \
  "dls lr, lr\n"                                          \
  "1:\n\t" THIMBLE_CONV_2D_MVE_FILTERS("q6", "q7")        \
  THIMBLE_CONV_2D_MVE_SIX("vmladav.s8", "q0", "q2", "q4", "q6", "q7") \
  THIMBLE_CONV_2D_MVE_FILTERS("q6", "q7")                 \
  THIMBLE_CONV_2D_MVE_SIX("vmladava.s8", "q1", "q3", "q5", "q6", "q7") \
  "stm r5!, {r0, r2, r4, r6, r8, r10}\n\t"                \
  "le lr, 1b\n\t"
/* Four, of which those of pixel 0 stay in registers: */
#define THIMBLE_CONV_2D_MVE_TURN(VMLADAV, X0, OFFSET_1, OFFSET_2) \
  THIMBLE_CONV_2D_MVE_FILTERS("q4", "q5")                         \
  "vldrw.32 q6, [r1, #" OFFSET_1                                  \
  "]\n\t"                                                         \
  "vldrw.32 q7, [r1, #" OFFSET_2 "]\n\t" THIMBLE_CONV_2D_MVE_SIX(VMLADAV, X0, "q6", "q7", "q4", "q5")
#define THIMBLE_CONV_2D_MVE_SUMS_4 \
  "vldrw.32 q0, [r1]\n\t"                                 \
  "vldrw.32 q1, [r1, #16]\n\t"                            \
  "vldrw.32 q2, [r1, #32]\n\t"                            \
  "vldrw.32 q3, [r1, #48]\n\t"                            \
  "mov lr, #4\n\t"                                        \
  "dls lr, lr\n"                                          \
  "1:\n\t" THIMBLE_CONV_2D_MVE_TURN("vmladav.s8", "q0", "64", "128")   \
  THIMBLE_CONV_2D_MVE_TURN("vmladava.s8", "q1", "80", "144")  \
  THIMBLE_CONV_2D_MVE_TURN("vmladava.s8", "q2", "96", "160")  \
  THIMBLE_CONV_2D_MVE_TURN("vmladava.s8", "q3", "112", "176") \
  "stm r5!, {r0, r2, r4, r6, r8, r10}\n\t"                \
  "le lr, 1b\n\t"
/* Any number, interleaved: */
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
  "3:\n\t"                                                                                                     \
  "stm r5!, {r0, r2, r4, r6, r8, r10}\n\t"                                                                     \
  "subs r7, r7, #1\n\t"                                                                                        \
  "bne 2b\n\t"

/* Scales four channels' sums of a pixel in Q; bias, multiplier and shift are in q0 to q2. r0: -1. */
#define THIMBLE_CONV_2D_MVE_SCALE(Q, OFFSET, EXACT) \
  "vldrw.u32 " Q ", [q7, #" OFFSET                  \
  "]\n\t"                                           \
  "vadd.i32 " Q ", " Q                              \
  ", q0\n\t"                                        \
  "vqrdmulh.s32 " Q ", " Q ", q1\n\t" EXACT(Q) "vrshl.s32 " Q ", " Q ", q2\n\t"
#define THIMBLE_CONV_2D_MVE_EXACT(Q) "vpt.s32 lt, " Q ", zr\n\tvaddt.i32 " Q ", " Q ", r0\n\t"
#define THIMBLE_CONV_2D_MVE_PLAIN(Q)
#define THIMBLE_CONV_2D_MVE_FACTORS \
  "vldrb.8 q0, [r3], #16\n\t"       \
  "vldrb.8 q1, [r3], #16\n\t"       \
  "vldrb.8 q2, [r3], #16\n\t"
/* Eight channels of three pixels, from their sums. */
#define THIMBLE_CONV_2D_MVE_OUTPUTS(EXACT) \
  "vldrw.32 q7, [r12, #60]\n\t"                       \
  "mov r0, #-1\n\t" THIMBLE_CONV_2D_MVE_FACTORS       \
  THIMBLE_CONV_2D_MVE_SCALE("q3", "0", EXACT)         \
  "vqmovnb.s32 q3, q3\n\t"                            \
  THIMBLE_CONV_2D_MVE_SCALE("q4", "4", EXACT)         \
  "vqmovnb.s32 q4, q4\n\t"                            \
  THIMBLE_CONV_2D_MVE_SCALE("q5", "8", EXACT)         \
  "vqmovnb.s32 q5, q5\n\t" THIMBLE_CONV_2D_MVE_FACTORS \
  THIMBLE_CONV_2D_MVE_SCALE("q6", "12", EXACT)        \
  "vqmovnt.s32 q3, q6\n\t"                            \
  THIMBLE_CONV_2D_MVE_SCALE("q6", "16", EXACT)        \
  "vqmovnt.s32 q4, q6\n\t"                            \
  THIMBLE_CONV_2D_MVE_SCALE("q6", "20", EXACT)        \
  "vqmovnt.s32 q5, q6\n\t"                            \
  "ldr r0, [r12, #56]\n\t"                            \
  "add r2, r12, #32\n\t"                              \
  "ldm r2, {r1, r5, r7}\n\t"                          \
  "vqadd.s16 q5, q5, r0\n\t"                          \
  "vqmovnb.s16 q5, q5\n\t"                            \
  "vqadd.s16 q4, q4, r0\n\t"                          \
  "vqmovnb.s16 q4, q4\n\t"                            \
  "vqadd.s16 q3, q3, r0\n\t"                          \
  "vqmovnb.s16 q3, q3\n\t"                            \
  "vstrb.16 q5, [r7], #8\n\t"                         \
  "vstrb.16 q4, [r5], #8\n\t"                         \
  "vstrb.16 q3, [r1], #8\n\t"                         \
  "stm r2, {r1, r5, r7}\n\t"

#define THIMBLE_CONV_2D_MVE_BLOCKS(NAME, SUMS, EXACT)                         \
  THIMBLE_MVE_CALLED void NAME(thimble_conv_2d_mve_task* task) {              \
    register thimble_conv_2d_mve_task* r12 __asm__("r12") = task;             \
    __asm__ volatile(                                                       \
        "ldr r3, [r12, #28]\n\t"                                            \
        "ldrd r9, r11, [r12, #48]\n"                                        \
        "4:\n\t"                                                            \
        "ldr r1, [r12, #24]\n\t"                                            \
        "add r5, r12, #76\n\t" SUMS THIMBLE_CONV_2D_MVE_OUTPUTS(EXACT)      \
        "ldr r0, [r12, #44]\n\t"                                            \
        "subs r0, r0, #1\n\t"                                               \
        "str r0, [r12, #44]\n\t"                                            \
        "bne 4b\n\t"                                                        \
        "str r3, [r12, #28]\n\t"                                            \
        : "+r"(r12)                                                         \
        :                                                                   \
        : THIMBLE_MVE_CLOBBERS); \
  }
THIMBLE_CONV_2D_MVE_BLOCKS(thimble_conv_2d_mve_blocks_1, THIMBLE_CONV_2D_MVE_SUMS_1, THIMBLE_CONV_2D_MVE_PLAIN)
THIMBLE_CONV_2D_MVE_BLOCKS(thimble_conv_2d_mve_blocks_2, THIMBLE_CONV_2D_MVE_SUMS_2, THIMBLE_CONV_2D_MVE_PLAIN)
THIMBLE_CONV_2D_MVE_BLOCKS(thimble_conv_2d_mve_blocks_4, THIMBLE_CONV_2D_MVE_SUMS_4, THIMBLE_CONV_2D_MVE_PLAIN)
THIMBLE_CONV_2D_MVE_BLOCKS(thimble_conv_2d_mve_blocks_n, THIMBLE_CONV_2D_MVE_SUMS_N, THIMBLE_CONV_2D_MVE_PLAIN)
THIMBLE_CONV_2D_MVE_BLOCKS(thimble_conv_2d_mve_blocks_n_exact, THIMBLE_CONV_2D_MVE_SUMS_N, THIMBLE_CONV_2D_MVE_EXACT)
#endif

/* All eights of channels of three pixels. */
static inline void thimble_conv_2d_mve_blocks(const thimble_conv_2d_mve_params* p, thimble_conv_2d_mve_task* task) {
#ifdef THIMBLE_MVE
  if (p->exact) {
    thimble_conv_2d_mve_blocks_n_exact(task);
  } else if (p->interleaved) {
    thimble_conv_2d_mve_blocks_n(task);
  } else if (p->vectors == 4) {
    thimble_conv_2d_mve_blocks_4(task);
  } else if (p->vectors == 2) {
    thimble_conv_2d_mve_blocks_2(task);
  } else {
    thimble_conv_2d_mve_blocks_1(task);
  }
#else
  const int32_t vectors = p->vectors, pixel_step = p->interleaved ? 16 : 16 * vectors;
  const int32_t step = p->interleaved ? 48 : 16;
  for (; task->blocks > 0; --task->blocks) {
    const int8_t* const factors = task->filters + 128 * vectors;
    for (int32_t channel = 0; channel < 8; ++channel) {
      const int8_t* const filter = task->filters + 32 * vectors * (channel / 2) + 16 * (channel % 2);
      const int8_t* const factor = factors + 48 * (channel % 2) + 4 * (channel / 2);
      for (int32_t pixel = 2; pixel >= 0; --pixel) {
        int32_t sum = thimble_mve_word(factor);
        for (int32_t i = 0; i < vectors; ++i) {
          sum = thimble_wrap_add(sum,
                                 thimble_mve_dot(task->columns + pixel_step * pixel + step * i, filter + 32 * i, 16));
        }
        *task->outputs[pixel]++ = thimble_mve_requantize(sum, thimble_mve_word(factor + 16),
                                                         thimble_mve_word(factor + 32), p->exact, task->zero_point);
      }
    }
    task->filters = factors + 96;
  }
#endif
}

/* Copies `count` vectors to every `step` bytes. */
static inline void thimble_conv_2d_mve_spread(int8_t* to, int32_t step, const int8_t* from, int32_t count) {
  for (; count > 0; --count, to += step, from += 16) memcpy(to, from, 16);
}

/* Row y, if it is among the last rows of the ring. */
static inline const int8_t* thimble_conv_2d_mve_row(const thimble_conv_2d_mve_params* p, const int8_t* ring,
                                                    int32_t y) {
  return ring + (p->ring_rows < p->window.input_h ? y % p->ring_rows : y) * (p->window.input_w * p->window.input_c);
}

/* Copies the window at (top, left) to `bytes`, the padding with it. */
THIMBLE_MVE_CALLED void thimble_conv_2d_mve_gather(const thimble_conv_2d_mve_params* p, const int8_t* ring, int32_t top,
                                                   int32_t left, int8_t* bytes) {
  const thimble_window* w = &p->window;
  const thimble_taps columns = thimble_taps_inside(left, w->filter_w, w->dilation_w, w->input_w);
  /* Taps that are neighbours in the image too are copied at once. */
  const int32_t run = w->dilation_w == 1 ? columns.last - columns.first : 1;
  for (int32_t i = 0; i < w->filter_h; ++i, bytes += w->filter_w * w->input_c) {
    const int32_t y = top + i * w->dilation_h;
    const int inside = y >= 0 && y < w->input_h;
    if (!inside || columns.last - columns.first < w->filter_w) {
      thimble_mve_fill(bytes, p->input_zero_point, w->filter_w * w->input_c);
    }
    if (!inside) continue;
    for (int32_t j = columns.first; j < columns.last; j += run) {
      const int8_t* pixel = thimble_conv_2d_mve_row(p, ring, y) + (left + j * w->dilation_w) * w->input_c;
      thimble_mve_copy(bytes + j * w->input_c, pixel, run * w->input_c);
    }
  }
}

/* Copies the window at (top, left) into a column. `bytes`: 16 * vectors bytes of scratch. */
static inline void thimble_conv_2d_mve_column(const thimble_conv_2d_mve_params* p, const int8_t* ring, int32_t top,
                                              int32_t left, int8_t* bytes, int8_t* column) {
  const thimble_window* w = &p->window;
  if (!p->whole_vectors || top < 0 || top + w->filter_h > w->input_h || left < 0 || left + w->filter_w > w->input_w) {
    int8_t* const place = p->interleaved ? bytes : column;
    thimble_conv_2d_mve_gather(p, ring, top, left, place);
    if (p->interleaved) thimble_conv_2d_mve_spread(column, 48, bytes, p->vectors);
    return;
  }
  const int32_t vectors = w->filter_w * w->input_c / 16, step = p->interleaved ? 48 : 16;
  for (int32_t i = 0; i < w->filter_h; ++i, column += step * vectors) {
    thimble_conv_2d_mve_spread(column, step, thimble_conv_2d_mve_row(p, ring, top + i) + left * w->input_c, vectors);
  }
}

/* All channels of `count` pixels, 1 to 3, whose windows are in `columns`. */
THIMBLE_MVE_CALLED void thimble_conv_2d_mve_pixels(const thimble_conv_2d_mve_params* p, const int8_t* columns,
                                                   const int8_t* filters, int32_t count, int8_t* output) {
  const int32_t depth = p->window.output_c, whole = depth & ~7;
  int8_t last[24];
  thimble_conv_2d_mve_task task;
  for (int32_t i = 0; i < 6; ++i) task.zeros[i] = 0;
  for (int32_t i = 0; i < 4; ++i) task.sums_of[i] = task.sums + 6 * i;
  task.columns = columns;
  task.filters = filters;
  task.fours = p->vectors / 4, task.ones = p->vectors % 4;
  task.zero_point = p->zero_point;
  if (whole > 0) {
    task.blocks = depth / 8;
    /* Pixels beyond `count` are written where pixel 0 goes, and before it. */
    for (int32_t i = 0; i < 3; ++i) task.outputs[i] = output + (i < count ? i * depth : 0);
    thimble_conv_2d_mve_blocks(p, &task);
  }
  if (whole < depth) {
    task.blocks = 1;
    for (int32_t i = 0; i < 3; ++i) task.outputs[i] = last + 8 * i;
    thimble_conv_2d_mve_blocks(p, &task);
    for (int32_t i = 0; i < count; ++i) {
      for (int32_t c = whole; c < depth; ++c) output[i * depth + c] = last[8 * i + c - whole];
    }
  }
  if (p->narrow) thimble_mve_clamp(output, count * depth, p->output_min, p->output_max);
}

THIMBLE_SHARED_KERNEL void thimble_conv_2d_mve(const thimble_conv_2d_mve_params* p, const int8_t* input,
                                               const int8_t* filters, int8_t* columns, int8_t* output) {
  const thimble_window* w = &p->window;
  const int32_t row_bytes = w->input_w * w->input_c, column_step = p->interleaved ? 16 : 16 * p->vectors;
  int8_t* const bytes = columns + 48 * p->vectors;
  int8_t* const copies = bytes + 16 * p->vectors;
  int32_t filled = 0;
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * row_bytes) {
    int32_t copied = p->ring_rows < w->input_h ? 0 : w->input_h;
    const int8_t* const ring = copied == 0 ? copies : input;
    for (int32_t y = 0; y < w->output_h; ++y) {
      const int32_t top = y * w->stride_h - w->pad_top;
      for (; copied < w->input_h && copied < top + w->filter_h; ++copied) {
        thimble_mve_copy(copies + copied % p->ring_rows * row_bytes, input + copied * row_bytes, row_bytes);
      }
      for (int32_t x = 0; x < w->output_w; ++x) {
        thimble_conv_2d_mve_column(p, ring, top, x * w->stride_w - w->pad_left, bytes, columns + column_step * filled);
        if (++filled < 3) continue;
        thimble_conv_2d_mve_pixels(p, columns, filters, filled, output);
        output += 3 * w->output_c;
        filled = 0;
      }
    }
  }
  if (filled > 0) thimble_conv_2d_mve_pixels(p, columns, filters, filled, output);
}
