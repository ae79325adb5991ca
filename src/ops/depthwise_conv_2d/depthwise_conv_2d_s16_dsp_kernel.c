#include "ops/depthwise_conv_2d/depthwise_conv_2d_s16_dsp_kernel.h"

/* Two channels of a row of pixels, or with `count` 1 one, into as many copied rows. */
THIMBLE_DSP_CALLED void thimble_depthwise_conv_2d_s16_dsp_copy(const thimble_depthwise_conv_2d_s16_dsp_params* p,
                                                               const int16_t* pixel, int32_t count, int16_t* row) {
  const int32_t step = p->window.input_c, length = 2 * p->row_pairs;
  int32_t left = p->window.input_w;
  row += p->window.pad_left;
#ifndef THIMBLE_DSP_SINGLE
  if (count == 2) {
    for (; left > 1; left -= 2, pixel += 2 * step, row += 2) {
      const uint32_t a = thimble_dsp_load(pixel), b = thimble_dsp_load(pixel + step);
      thimble_dsp_store(row, thimble_dsp_low_lanes(a, b));
      thimble_dsp_store(row + length, thimble_dsp_high_lanes(a, b));
    }
  }
#endif
  for (; left > 0; --left, pixel += step, ++row) {
    row[0] = pixel[0];
    if (count == 2) row[length] = pixel[1];
  }
}

THIMBLE_DSP_CALLED void thimble_depthwise_conv_2d_s16_dsp_clear(uint32_t* row, int32_t words) {
  for (; words > 0; --words) *row++ = 0;
}

/* The rows of a window, from the one in `slot` on: a ring of filter_h times 2 channels. */
static inline const int16_t* thimble_depthwise_conv_2d_s16_dsp_slot(const thimble_depthwise_conv_2d_s16_dsp_params* p,
                                                                    const int16_t* rows, int32_t slot) {
  if (slot >= p->window.filter_h) slot -= p->window.filter_h;
  return rows + slot * 4 * p->row_pairs;
}

static inline int16_t thimble_depthwise_conv_2d_s16_dsp_output(const thimble_depthwise_conv_2d_s16_dsp_params* p,
                                                               int32_t sum, thimble_dsp16_channel channel) {
  return (int16_t)thimble_clamp(thimble_dsp16_scale(sum, channel), p->output_min, p->output_max);
}

/* One channel of a row of the output, two outputs at a time; `slot` is the window's first row. */
THIMBLE_DSP_CALLED void thimble_depthwise_conv_2d_s16_dsp_row(const thimble_depthwise_conv_2d_s16_dsp_params* p,
                                                              const int16_t* rows, int32_t slot, const uint32_t* filter,
                                                              int16_t* output) {
  const thimble_window* w = &p->window;
  const int32_t row_size = 4 * p->row_pairs, step = w->stride_w;
  const int16_t *first = rows + slot * row_size, *end = rows + w->filter_h * row_size;
  thimble_dsp16_channel channel;
  memcpy(&channel, filter + w->filter_h * p->pairs, sizeof(channel));
  for (int32_t left = w->output_w; left > 0; left -= 2, first += 2 * step, output += 2 * w->output_c) {
    /* Without a second output, the first is computed twice. */
    const int32_t next = left > 1 ? step : 0;
    int32_t s0 = channel.bias, s1 = channel.bias;
    const int16_t* row = first;
    const uint32_t* weights = filter;
    for (int32_t i = w->filter_h; i > 0; --i) {
      const int16_t* pair = row;
      for (int32_t j = p->pairs; j > 0; --j, pair += 2) {
        const uint32_t weight = *weights++;
        s0 = thimble_dsp_add_pair(pair, weight, s0);
        s1 = thimble_dsp_add_pair(pair + next, weight, s1);
      }
      row += row_size;
      if (row >= end) row -= w->filter_h * row_size;
    }
    if (left > 1) output[w->output_c] = thimble_depthwise_conv_2d_s16_dsp_output(p, s1, channel);
    output[0] = thimble_depthwise_conv_2d_s16_dsp_output(p, s0, channel);
  }
}

/* What the assembly below reads, in this order. */
typedef struct {
  const int16_t *row_0, *row_1, *row_2;
  const uint32_t* filter;
  int32_t width;
  int32_t step;     /* bytes from one output to the next */
  int32_t positive; /* -1: no output is less than 0; or 0 */
  int16_t* output;
} thimble_depthwise_conv_2d_s16_dsp_task;

#ifdef THIMBLE_DSP_LOOPS
/* r0, r1, r2: rows, r3: filter, r6: outputs left, r12: step, lr: positive, task: the output. The registers are named,
 * since a compiler may fail to find as many for operands. */
#define THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_BEGIN    \
  "ldm %[task], {r0, r1, r2, r3, r6, r12, lr}\n\t" \
  "ldr %[task], [%[task], #28]\n"                  \
  "1:\n\t"                                         \
  "ldr r10, [r3, #24]\n\t"
/* A row of weights and four neighbours. */
#define THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_LOAD(ROW, OFFSET) \
  "ldrd r4, r5, [r3, #" OFFSET                              \
  "]\n\t"                                                   \
  "ldrd r8, r9, [" ROW "], #4\n\t"
#define THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_SCALE(SUM) \
  "smmla " SUM ", " SUM                              \
  ", r4, r5\n\t"                                     \
  "asr " SUM ", " SUM                                \
  ", r8\n\t"                                         \
  "ssat " SUM ", #16, " SUM                          \
  "\n\t"                                             \
  "and r9, lr, " SUM                                 \
  ", asr #31\n\t"                                    \
  "bic " SUM ", " SUM ", r9\n\t"
#define THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_CLOBBERS \
  "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory"
#else
static inline int16_t thimble_depthwise_conv_2d_s16_dsp_scale(const thimble_depthwise_conv_2d_s16_dsp_task* task,
                                                              int32_t sum, thimble_dsp16_channel channel) {
  return (int16_t)thimble_dsp16_saturate(thimble_dsp16_scale(sum, channel), task->positive);
}
#endif

/* The same for a filter of 3 x 3 that moves by 1 in a row. */
static inline void thimble_depthwise_conv_2d_s16_dsp_row_3x3(const thimble_depthwise_conv_2d_s16_dsp_task* task) {
#ifdef THIMBLE_DSP_LOOPS
/* Adds what a row of three weights makes of four neighbours to two sums. */
#define THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_3(ROW, OFFSET) \
  THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_LOAD(ROW, OFFSET)    \
  "smlad r10, r8, r4, r10\n\t"                           \
  "smlatb r11, r8, r4, r11\n\t"                          \
  "smlabt r10, r9, r5, r10\n\t"                          \
  "smlad r11, r9, r5, r11\n\t"
  __asm__ volatile(THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_BEGIN
      "mov r11, r10\n\t"
      THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_3("r0", "0")
      THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_3("r1", "8")
      THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_3("r2", "16")
      "ldrd r4, r5, [r3, #28]\n\t"
      "ldr r8, [r3, #36]\n\t"
      THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_SCALE("r10")
      THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_SCALE("r11")
      "subs r6, r6, #2\n\t"
      "it ge\n\t"
      "strhge r11, [%[task], r12]\n\t"
      "strh r10, [%[task]]\n\t"
      "add %[task], %[task], r12, lsl #1\n\t"
      "bgt 1b\n\t"
      : [task] "+r"(task)
      :
      : THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_CLOBBERS);
#else
  const uint32_t* const filter = task->filter;
  int16_t* output = task->output;
  thimble_dsp16_channel channel;
  memcpy(&channel, filter + 6, sizeof(channel));
  for (int32_t x = 0; x < task->width; x += 2, output += task->step) {
    const int16_t* const rows[3] = {task->row_0 + x, task->row_1 + x, task->row_2 + x};
    int32_t s0 = channel.bias, s1 = channel.bias;
    for (int32_t i = 0; i < 3; ++i) {
      const uint32_t w01 = filter[2 * i], w12 = filter[2 * i + 1];
      s0 = thimble_dsp_add_pair(rows[i], w01, s0) + rows[i][2] * (int16_t)(w12 >> 16);
      s1 = thimble_dsp_add_pair(rows[i] + 2, w12, s1) + rows[i][1] * (int16_t)w01;
    }
    if (x + 1 < task->width) output[task->step / 2] = thimble_depthwise_conv_2d_s16_dsp_scale(task, s1, channel);
    output[0] = thimble_depthwise_conv_2d_s16_dsp_scale(task, s0, channel);
  }
#endif
}

/* The same for a filter of 3 x 3 that moves by 2, one output at a time. */
static inline void thimble_depthwise_conv_2d_s16_dsp_row_3x3_by_2(const thimble_depthwise_conv_2d_s16_dsp_task* task) {
#ifdef THIMBLE_DSP_LOOPS
#define THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_3_BY_2(ROW, OFFSET) \
  THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_LOAD(ROW, OFFSET)         \
  "smlad r10, r8, r4, r10\n\t"                                \
  "smlad r10, r9, r5, r10\n\t"
  __asm__ volatile(THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_BEGIN
      THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_3_BY_2("r0", "0")
      THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_3_BY_2("r1", "8")
      THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_3_BY_2("r2", "16")
      "ldrd r4, r5, [r3, #28]\n\t"
      "ldr r8, [r3, #36]\n\t"
      THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_SCALE("r10")
      "strh r10, [%[task]]\n\t"
      "add %[task], %[task], r12\n\t"
      "subs r6, r6, #1\n\t"
      "bgt 1b\n\t"
      : [task] "+r"(task)
      :
      : THIMBLE_DEPTHWISE_CONV_2D_S16_DSP_CLOBBERS);
#else
  const uint32_t* const filter = task->filter;
  int16_t* output = task->output;
  thimble_dsp16_channel channel;
  memcpy(&channel, filter + 6, sizeof(channel));
  for (int32_t x = 0; x < task->width; ++x, output += task->step / 2) {
    const int16_t* const rows[3] = {task->row_0 + 2 * x, task->row_1 + 2 * x, task->row_2 + 2 * x};
    int32_t sum = channel.bias;
    for (int32_t i = 0; i < 3; ++i) {
      sum = thimble_dsp_add_pair(rows[i], filter[2 * i], sum);
      sum = thimble_dsp_add_pair(rows[i] + 2, filter[2 * i + 1], sum);
    }
    *output = thimble_depthwise_conv_2d_s16_dsp_scale(task, sum, channel);
  }
#endif
}

/* `count` channels of a row of the output, with a filter of 3 x 3. */
THIMBLE_DSP_CALLED void thimble_depthwise_conv_2d_s16_dsp_rows(const thimble_depthwise_conv_2d_s16_dsp_params* p,
                                                               const int16_t* rows, int32_t slot,
                                                               const uint32_t* filter, int32_t count, int16_t* output) {
  const int32_t filter_words = 3 * p->pairs + 4, length = 2 * p->row_pairs;
  thimble_depthwise_conv_2d_s16_dsp_task task = {thimble_depthwise_conv_2d_s16_dsp_slot(p, rows, slot),
                                                 thimble_depthwise_conv_2d_s16_dsp_slot(p, rows, slot + 1),
                                                 thimble_depthwise_conv_2d_s16_dsp_slot(p, rows, slot + 2),
                                                 filter,
                                                 p->window.output_w,
                                                 2 * p->window.output_c,
                                                 -p->positive,
                                                 output};
  for (; count > 0; --count, ++task.output, task.filter += filter_words) {
    if (p->step_3x3 == 1) {
      thimble_depthwise_conv_2d_s16_dsp_row_3x3(&task);
    } else {
      thimble_depthwise_conv_2d_s16_dsp_row_3x3_by_2(&task);
    }
    task.row_0 += length, task.row_1 += length, task.row_2 += length;
  }
}

/* The same with any filter. */
THIMBLE_DSP_CALLED void thimble_depthwise_conv_2d_any_s16_dsp_rows(const thimble_depthwise_conv_2d_s16_dsp_params* p,
                                                                   const int16_t* rows, int32_t slot,
                                                                   const uint32_t* filter, int32_t count,
                                                                   int16_t* output) {
  const int32_t filter_words = p->window.filter_h * p->pairs + 4;
  for (; count > 0; --count, rows += 2 * p->row_pairs, filter += filter_words) {
    thimble_depthwise_conv_2d_s16_dsp_row(p, rows, slot, filter, output++);
  }
}

typedef void (*thimble_depthwise_conv_2d_s16_dsp_maker)(const thimble_depthwise_conv_2d_s16_dsp_params* p,
                                                        const int16_t* rows, int32_t slot, const uint32_t* filter,
                                                        int32_t count, int16_t* output);

/* `count` channels, 1 or 2, of one image. The rows' padding at the left and right is there already. */
static inline void thimble_depthwise_conv_2d_s16_dsp_channels(const thimble_depthwise_conv_2d_s16_dsp_params* p,
                                                              const int16_t* input, const uint32_t* filter,
                                                              int32_t count, int16_t* rows, int16_t* output,
                                                              thimble_depthwise_conv_2d_s16_dsp_maker make) {
  const thimble_window* w = &p->window;
  const int32_t row_size = 4 * p->row_pairs;
  int32_t next = -w->pad_top, slot = 0; /* the next row to read, and where to */
  for (int32_t y = 0; y < w->output_h; ++y, output += w->output_w * w->output_c) {
    for (; next < y * w->stride_h - w->pad_top + w->filter_h; ++next) {
      int16_t* const row = rows + slot * row_size;
      if (next >= 0 && next < w->input_h) {
        thimble_depthwise_conv_2d_s16_dsp_copy(p, input + next * w->input_w * w->input_c, count, row);
      } else {
        thimble_depthwise_conv_2d_s16_dsp_clear((uint32_t*)row, row_size / 2);
      }
      if (++slot == w->filter_h) slot = 0;
    }
    make(p, rows, slot, filter, count, output);
  }
}

static inline void thimble_depthwise_conv_2d_s16_dsp_images(const thimble_depthwise_conv_2d_s16_dsp_params* p,
                                                            const int16_t* input, const uint32_t* filter,
                                                            uint32_t* rows, int16_t* output,
                                                            thimble_depthwise_conv_2d_s16_dsp_maker make) {
  const thimble_window* w = &p->window;
  const int32_t filter_words = w->filter_h * p->pairs + 4;
  thimble_depthwise_conv_2d_s16_dsp_clear(rows, w->filter_h * 2 * p->row_pairs);
  for (int32_t b = 0; b < w->batches; ++b) {
    for (int32_t c = 0; c < w->output_c; c += 2) {
      thimble_depthwise_conv_2d_s16_dsp_channels(p, input + c, filter + c * filter_words, w->output_c - c > 1 ? 2 : 1,
                                                 (int16_t*)rows, output + c, make);
    }
    input += w->input_h * w->input_w * w->input_c;
    output += w->output_h * w->output_w * w->output_c;
  }
}

THIMBLE_SHARED_KERNEL void thimble_depthwise_conv_2d_s16_dsp(const thimble_depthwise_conv_2d_s16_dsp_params* p,
                                                             const int16_t* input, const uint32_t* filter,
                                                             uint32_t* rows, int16_t* output) {
  thimble_depthwise_conv_2d_s16_dsp_images(p, input, filter, rows, output, thimble_depthwise_conv_2d_s16_dsp_rows);
}

THIMBLE_SHARED_KERNEL void thimble_depthwise_conv_2d_any_s16_dsp(const thimble_depthwise_conv_2d_s16_dsp_params* p,
                                                                 const int16_t* input, const uint32_t* filter,
                                                                 uint32_t* rows, int16_t* output) {
  thimble_depthwise_conv_2d_s16_dsp_images(p, input, filter, rows, output, thimble_depthwise_conv_2d_any_s16_dsp_rows);
}
