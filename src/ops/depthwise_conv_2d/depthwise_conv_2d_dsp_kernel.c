#include "ops/depthwise_conv_2d/depthwise_conv_2d_dsp_kernel.h"

/* Four channels of two neighbouring pixels, `length` elements from the row of one channel to the next. */
static inline void thimble_depthwise_conv_2d_dsp_put(uint32_t a, uint32_t b, int32_t length, int16_t* row) {
  const uint32_t a_even = thimble_dsp_even(a), b_even = thimble_dsp_even(b);
  const uint32_t a_odd = thimble_dsp_odd(a), b_odd = thimble_dsp_odd(b);
  thimble_dsp_store(row, thimble_dsp_low_lanes(a_even, b_even));
  thimble_dsp_store(row + length, thimble_dsp_low_lanes(a_odd, b_odd));
  thimble_dsp_store(row + 2 * length, thimble_dsp_high_lanes(a_even, b_even));
  thimble_dsp_store(row + 3 * length, thimble_dsp_high_lanes(a_odd, b_odd));
}

/* A word of which the first `count` bytes are those at `bytes`. */
static inline uint32_t thimble_depthwise_conv_2d_dsp_some(const int8_t* bytes, int32_t count) {
  uint32_t word = 0;
  for (int32_t i = 0; i < count; ++i) word |= (uint32_t)(uint8_t)bytes[i] << (8 * i);
  return word;
}

/* Four channels of a row of pixels into four widened rows. `count`: how many channels there are, 1 to 4. */
THIMBLE_DSP_CALLED void thimble_depthwise_conv_2d_dsp_widen(const thimble_depthwise_conv_2d_dsp_params* p,
                                                            const int8_t* pixel, int32_t count, int16_t* row) {
  const int32_t step = p->window.input_c, length = 2 * p->row_pairs;
  int32_t left = p->window.input_w;
  row += p->window.pad_left;
#ifdef THIMBLE_DSP_SINGLE
  if (count == 4) {
    for (; left > 0; --left, pixel += step, ++row) {
      row[0] = pixel[0], row[length] = pixel[1], row[2 * length] = pixel[2], row[3 * length] = pixel[3];
    }
  }
#else
  if (count == 4) {
    for (; left > 1; left -= 2, pixel += 2 * step, row += 2) {
      THIMBLE_DSP_IN_REGISTER(pixel);
      thimble_depthwise_conv_2d_dsp_put(thimble_dsp_load(pixel), thimble_dsp_load(pixel + step), length, row);
    }
  }
#endif
  for (; left > 0; --left, pixel += step, ++row) {
    const uint32_t word = count == 4 ? thimble_dsp_load(pixel) : thimble_depthwise_conv_2d_dsp_some(pixel, count);
    const uint32_t even = thimble_dsp_even(word), odd = thimble_dsp_odd(word);
    row[0] = (int16_t)even, row[length] = (int16_t)odd;
    row[2 * length] = (int16_t)(even >> 16), row[3 * length] = (int16_t)(odd >> 16);
  }
}

/* The rows of a window, from the one in `slot` on: a ring of filter_h times 4 channels. */
static inline const int16_t* thimble_depthwise_conv_2d_dsp_slot(const thimble_depthwise_conv_2d_dsp_params* p,
                                                                const int16_t* rows, int32_t slot) {
  if (slot >= p->window.filter_h) slot -= p->window.filter_h;
  return rows + slot * 8 * p->row_pairs;
}

/* The sums of one channel of `count` outputs next to each other, 1 or 2; `first` is the first element that they read of
 * the window's first row, `end` lies behind the last row's. */
static inline void thimble_depthwise_conv_2d_dsp_sum(const thimble_depthwise_conv_2d_dsp_params* p,
                                                     const int16_t* first, const int16_t* end, const uint32_t* weights,
                                                     int32_t count, int32_t sums[2]) {
  const int32_t row_size = 8 * p->row_pairs, step = p->window.stride_w;
  int32_t s0 = sums[0], s1 = sums[0];
  for (int32_t i = p->window.filter_h; i > 0; --i) {
    const int16_t* pair = first;
    for (int32_t j = p->pairs; j > 0; --j, pair += 2) {
      const uint32_t weight = *weights++;
      s0 = thimble_dsp_add_pair(pair, weight, s0);
      if (count == 2) s1 = thimble_dsp_add_pair(pair + step, weight, s1);
    }
    first += row_size;
    if (first >= end) first -= p->window.filter_h * row_size;
  }
  sums[0] = s0, sums[1] = s1;
}

/* One channel of a row of the output; `slot` is the window's first row. */
THIMBLE_DSP_CALLED void thimble_depthwise_conv_2d_dsp_row(const thimble_depthwise_conv_2d_dsp_params* p,
                                                          const int16_t* rows, int32_t slot, const uint32_t* filter,
                                                          int8_t* output) {
  const thimble_window* w = &p->window;
  const int32_t row_size = 8 * p->row_pairs;
  const int16_t *first = rows + slot * row_size, *end = rows + w->filter_h * row_size;
  thimble_dsp_channel channel;
  memcpy(&channel, filter + w->filter_h * p->pairs, sizeof(channel));
  for (int32_t left = w->output_w; left > 0; left -= 2, first += 2 * w->stride_w, output += 2 * w->output_c) {
    int32_t sums[2] = {channel.bias, 0};
    if (left > 1) {
      thimble_depthwise_conv_2d_dsp_sum(p, first, end, filter, 2, sums);
      output[w->output_c] =
          (int8_t)thimble_clamp(thimble_dsp_requantize(sums[1] * 2, channel), p->output_min, p->output_max);
    } else {
      thimble_depthwise_conv_2d_dsp_sum(p, first, end, filter, 1, sums);
    }
    output[0] = (int8_t)thimble_clamp(thimble_dsp_requantize(sums[0] * 2, channel), p->output_min, p->output_max);
  }
}

/* What the assembly below reads, in this order. */
typedef struct {
  const int16_t *row_0, *row_1, *row_2;
  const uint32_t* filter;
  int32_t width;
  int32_t step; /* bytes from one output to the next */
  int8_t* output;
} thimble_depthwise_conv_2d_dsp_task;

/* The same for a filter of 3 x 3 that moves by 1 in a row, two or three outputs at a time. */
static inline void thimble_depthwise_conv_2d_dsp_row_3x3(const thimble_depthwise_conv_2d_dsp_task* task) {
#ifdef THIMBLE_DSP_LOOPS
/* Adds what a row of three weights makes of four neighbours. */
#define THIMBLE_DEPTHWISE_CONV_2D_DSP_3(ROW, OFFSET) \
  "ldrd r4, r5, [r3, #" OFFSET                       \
  "]\n\t"                                            \
  "ldrd r8, r9, [" ROW                               \
  "], #4\n\t"                                        \
  "smlad r10, r8, r4, r10\n\t"                       \
  "smlatb r11, r8, r4, r11\n\t"                      \
  "smlabt r10, r9, r5, r10\n\t"                      \
  "smlad r11, r9, r5, r11\n\t"
  /* r0, r1, r2: rows, r3: filter, r6: outputs left, r12: step, task: the output. The registers are named here, since a
   * compiler may fail to find as many for operands. */
  __asm__ volatile(
      "ldm %[task], {r0, r1, r2, r3, r6, r12}\n\t"
      "ldr %[task], [%[task], #24]\n"
      "1:\n\t"
      "ldr r10, [r3, #24]\n\t"
      "mov r11, r10\n\t" THIMBLE_DEPTHWISE_CONV_2D_DSP_3("r0", "0") THIMBLE_DEPTHWISE_CONV_2D_DSP_3("r1", "8")
          THIMBLE_DEPTHWISE_CONV_2D_DSP_3("r2", "16")
      "ldrd r4, r5, [r3, #28]\n\t"
      "ldr r8, [r3, #36]\n\t"
      "lsls r11, r11, #1\n\t"
      "lsls r10, r10, #1\n\t"
      "smmlar r9, r11, r4, r5\n\t"
      "add r11, r9, r11, asr #31\n\t"
      "smmlar r9, r10, r4, r5\n\t"
      "add r10, r9, r10, asr #31\n\t"
      "asr r11, r11, r8\n\t"
      "asr r10, r10, r8\n\t"
      "ssat r11, #8, r11\n\t"
      "ssat r10, #8, r10\n\t"
      "subs r6, r6, #2\n\t"
      "it ge\n\t"
      "strbge r11, [%[task], r12]\n\t"
      "strb r10, [%[task]]\n\t"
      "add %[task], %[task], r12, lsl #1\n\t"
      "bgt 1b\n\t"
      : [task] "+r"(task)
      :
      : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "cc", "memory");
#elif defined(THIMBLE_DSP_LONG_LOOPS)
/* Three outputs of a row of three weights. */
#define THIMBLE_DEPTHWISE_CONV_2D_LONG_3(ROW, W0, W1, W2) \
  "ldrsh r5, [r3, #" W0                                   \
  "]\n\t"                                                 \
  "ldrsh r11, [r3, #" W1                                  \
  "]\n\t"                                                 \
  "ldrsh lr, [r3, #" W2                                   \
  "]\n\t"                                                 \
  "ldrsh r4, [" ROW                                       \
  "], #2\n\t"                                             \
  "mla r8, r4, r5, r8\n\t"                                \
  "ldrsh r4, [" ROW                                       \
  "], #2\n\t"                                             \
  "mla r8, r4, r11, r8\n\t"                               \
  "mla r9, r4, r5, r9\n\t"                                \
  "ldrsh r4, [" ROW                                       \
  "], #2\n\t"                                             \
  "mla r8, r4, lr, r8\n\t"                                \
  "mla r9, r4, r11, r9\n\t"                               \
  "mla r10, r4, r5, r10\n\t"                              \
  "ldrsh r4, [" ROW                                       \
  "]\n\t"                                                 \
  "mla r9, r4, lr, r9\n\t"                                \
  "mla r10, r4, r11, r10\n\t"                             \
  "ldrsh r4, [" ROW                                       \
  ", #2]\n\t"                                             \
  "mla r10, r4, lr, r10\n\t"
/* The multiplier is in r4, the addend in r5. */
#define THIMBLE_DEPTHWISE_CONV_2D_LONG_SCALE(SUM) \
  "lsls " SUM ", " SUM                            \
  ", #1\n\t"                                      \
  "mov lr, #0x80000000\n\t"                       \
  "mov r11, r5\n\t"                               \
  "smlal lr, r11, " SUM                           \
  ", r4\n\t"                                      \
  "add " SUM ", r11, " SUM ", asr #31\n\t"
  __asm__ volatile(
      "ldm %[task], {r0, r1, r2, r3, r6, r12}\n\t"
      "ldr %[task], [%[task], #24]\n"
      "1:\n\t"
      "ldr r8, [r3, #24]\n\t"
      "mov r9, r8\n\t"
      "mov r10, r8\n\t" THIMBLE_DEPTHWISE_CONV_2D_LONG_3("r0", "0", "2", "6")
          THIMBLE_DEPTHWISE_CONV_2D_LONG_3("r1", "8", "10", "14") THIMBLE_DEPTHWISE_CONV_2D_LONG_3("r2", "16", "18", "22")
      "ldrd r4, r5, [r3, #28]\n\t" THIMBLE_DEPTHWISE_CONV_2D_LONG_SCALE("r8")
          THIMBLE_DEPTHWISE_CONV_2D_LONG_SCALE("r9") THIMBLE_DEPTHWISE_CONV_2D_LONG_SCALE("r10")
      "ldr lr, [r3, #36]\n\t"
      "asr r8, r8, lr\n\t"
      "asr r9, r9, lr\n\t"
      "asr r10, r10, lr\n\t"
      "ssat r8, #8, r8\n\t"
      "ssat r9, #8, r9\n\t"
      "ssat r10, #8, r10\n\t"
      "strb r8, [%[task]]\n\t"
      "add r11, %[task], r12, lsl #1\n\t"
      "cmp r6, #2\n\t"
      "it ge\n\t"
      "strbge r9, [%[task], r12]\n\t"
      "it gt\n\t"
      "strbgt r10, [r11]\n\t"
      "add %[task], r11, r12\n\t"
      "subs r6, r6, #3\n\t"
      "bgt 1b\n\t"
      : [task] "+r"(task)
      :
      : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "lr", "cc", "memory");
#else
  const uint32_t* const filter = task->filter;
  int8_t* output = task->output;
  thimble_dsp_channel channel;
  memcpy(&channel, filter + 6, sizeof(channel));
  for (int32_t x = 0; x < task->width; x += 2, output += 2 * task->step) {
    const int16_t* const rows[3] = {task->row_0 + x, task->row_1 + x, task->row_2 + x};
    int32_t s0 = channel.bias, s1 = channel.bias;
    for (int32_t i = 0; i < 3; ++i) {
      const uint32_t w01 = filter[2 * i], w12 = filter[2 * i + 1];
      s0 = thimble_dsp_add_pair(rows[i], w01, s0) + rows[i][2] * (int16_t)(w12 >> 16);
      s1 = thimble_dsp_add_pair(rows[i] + 2, w12, s1) + rows[i][1] * (int16_t)w01;
    }
    if (x + 1 < task->width) output[task->step] = (int8_t)thimble_dsp_requantize(s1 * 2, channel);
    output[0] = (int8_t)thimble_dsp_requantize(s0 * 2, channel);
  }
#endif
}

/* The same for a filter of 3 x 3 that moves by 2, one output at a time. */
static inline void thimble_depthwise_conv_2d_dsp_row_3x3_by_2(const thimble_depthwise_conv_2d_dsp_task* task) {
#ifdef THIMBLE_DSP_LOOPS
#define THIMBLE_DEPTHWISE_CONV_2D_DSP_3_BY_2(ROW, OFFSET) \
  "ldrd r4, r5, [r3, #" OFFSET                            \
  "]\n\t"                                                 \
  "ldrd r8, r9, [" ROW                                    \
  "], #4\n\t"                                             \
  "smlad r10, r8, r4, r10\n\t"                            \
  "smlad r10, r9, r5, r10\n\t"
  __asm__ volatile(
      "ldm %[task], {r0, r1, r2, r3, r6, r12}\n\t"
      "ldr %[task], [%[task], #24]\n"
      "1:\n\t"
      "ldr r10, [r3, #24]\n\t" THIMBLE_DEPTHWISE_CONV_2D_DSP_3_BY_2("r0", "0")
          THIMBLE_DEPTHWISE_CONV_2D_DSP_3_BY_2("r1", "8") THIMBLE_DEPTHWISE_CONV_2D_DSP_3_BY_2("r2", "16")
      "ldrd r4, r5, [r3, #28]\n\t"
      "ldr r8, [r3, #36]\n\t"
      "lsls r10, r10, #1\n\t"
      "smmlar r9, r10, r4, r5\n\t"
      "add r10, r9, r10, asr #31\n\t"
      "asr r10, r10, r8\n\t"
      "ssat r10, #8, r10\n\t"
      "strb r10, [%[task]]\n\t"
      "add %[task], %[task], r12\n\t"
      "subs r6, r6, #1\n\t"
      "bgt 1b\n\t"
      : [task] "+r"(task)
      :
      : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r12", "cc", "memory");
#else
  const uint32_t* const filter = task->filter;
  int8_t* output = task->output;
  thimble_dsp_channel channel;
  memcpy(&channel, filter + 6, sizeof(channel));
  for (int32_t x = 0; x < task->width; ++x, output += task->step) {
    const int16_t* const rows[3] = {task->row_0 + 2 * x, task->row_1 + 2 * x, task->row_2 + 2 * x};
    int32_t sum = channel.bias;
    for (int32_t i = 0; i < 3; ++i) {
      sum = thimble_dsp_add_pair(rows[i], filter[2 * i], sum);
      sum = thimble_dsp_add_pair(rows[i] + 2, filter[2 * i + 1], sum);
    }
    *output = (int8_t)thimble_dsp_requantize(sum * 2, channel);
  }
#endif
}

/* Fills four widened rows with padding. */
THIMBLE_DSP_CALLED void thimble_depthwise_conv_2d_dsp_pad(const thimble_depthwise_conv_2d_dsp_params* p, int16_t* row) {
  for (int32_t i = 0; i < 8 * p->row_pairs; ++i) row[i] = (int16_t)p->input_zero_point;
}

/* `count` channels of a row of the output, with a filter of 3 x 3. */
THIMBLE_DSP_CALLED void thimble_depthwise_conv_2d_dsp_rows(const thimble_depthwise_conv_2d_dsp_params* p,
                                                           const int16_t* rows, int32_t slot, const uint32_t* filter,
                                                           int32_t count, int8_t* output) {
  const int32_t filter_words = p->window.filter_h * p->pairs + 4, length = 2 * p->row_pairs;
  if (p->step_3x3 == 2) {
    for (; count > 0; --count, rows += length, filter += filter_words) {
      const thimble_depthwise_conv_2d_dsp_task task = {thimble_depthwise_conv_2d_dsp_slot(p, rows, slot),
                                                       thimble_depthwise_conv_2d_dsp_slot(p, rows, slot + 1),
                                                       thimble_depthwise_conv_2d_dsp_slot(p, rows, slot + 2),
                                                       filter,
                                                       p->window.output_w,
                                                       p->window.output_c,
                                                       output++};
      thimble_depthwise_conv_2d_dsp_row_3x3_by_2(&task);
    }
    return;
  }
  thimble_depthwise_conv_2d_dsp_task task = {thimble_depthwise_conv_2d_dsp_slot(p, rows, slot),
                                             thimble_depthwise_conv_2d_dsp_slot(p, rows, slot + 1),
                                             thimble_depthwise_conv_2d_dsp_slot(p, rows, slot + 2),
                                             filter,
                                             p->window.output_w,
                                             p->window.output_c,
                                             output};
  for (; count > 0; --count, ++task.output, task.filter += filter_words) {
    thimble_depthwise_conv_2d_dsp_row_3x3(&task);
    task.row_0 += length, task.row_1 += length, task.row_2 += length;
  }
}

/* The same with any filter. */
THIMBLE_DSP_CALLED void thimble_depthwise_conv_2d_any_dsp_rows(const thimble_depthwise_conv_2d_dsp_params* p,
                                                               const int16_t* rows, int32_t slot,
                                                               const uint32_t* filter, int32_t count, int8_t* output) {
  const int32_t filter_words = p->window.filter_h * p->pairs + 4;
  for (; count > 0; --count, rows += 2 * p->row_pairs, filter += filter_words) {
    thimble_depthwise_conv_2d_dsp_row(p, rows, slot, filter, output++);
  }
}

typedef void (*thimble_depthwise_conv_2d_dsp_rows_maker)(const thimble_depthwise_conv_2d_dsp_params* p,
                                                         const int16_t* rows, int32_t slot, const uint32_t* filter,
                                                         int32_t count, int8_t* output);

/* `count` channels, 1 to 4, of one image. The rows' padding at the left and right is there already. */
static inline void thimble_depthwise_conv_2d_dsp_channels(const thimble_depthwise_conv_2d_dsp_params* p,
                                                          const int8_t* input, const uint32_t* filter, int32_t count,
                                                          int16_t* rows, int8_t* output,
                                                          thimble_depthwise_conv_2d_dsp_rows_maker make) {
  const thimble_window* w = &p->window;
  const int32_t row_size = 8 * p->row_pairs;
  int32_t next = -w->pad_top, slot = 0; /* the next row to read, and where to */
  for (int32_t y = 0; y < w->output_h; ++y, output += w->output_w * w->output_c) {
    for (; next < y * w->stride_h - w->pad_top + w->filter_h; ++next) {
      if (next >= 0 && next < w->input_h) {
        thimble_depthwise_conv_2d_dsp_widen(p, input + next * w->input_w * w->input_c, count, rows + slot * row_size);
      } else {
        thimble_depthwise_conv_2d_dsp_pad(p, rows + slot * row_size);
      }
      if (++slot == w->filter_h) slot = 0;
    }
    make(p, rows, slot, filter, count, output);
  }
}

static inline void thimble_depthwise_conv_2d_dsp_images(const thimble_depthwise_conv_2d_dsp_params* p,
                                                        const int8_t* input, const uint32_t* filter, uint32_t* rows,
                                                        int8_t* output, thimble_depthwise_conv_2d_dsp_rows_maker make) {
  const thimble_window* w = &p->window;
  const int32_t filter_words = w->filter_h * p->pairs + 4;
  for (int32_t i = 0; i < w->filter_h; ++i) thimble_depthwise_conv_2d_dsp_pad(p, (int16_t*)rows + i * 8 * p->row_pairs);
  for (int32_t b = 0; b < w->batches; ++b) {
    for (int32_t c = 0; c < w->output_c; c += 4) {
      const int32_t count = w->output_c - c < 4 ? w->output_c - c : 4;
      thimble_depthwise_conv_2d_dsp_channels(p, input + c, filter + c * filter_words, count, (int16_t*)rows, output + c,
                                             make);
    }
    input += w->input_h * w->input_w * w->input_c;
    output += w->output_h * w->output_w * w->output_c;
  }
}

THIMBLE_SHARED_KERNEL void thimble_depthwise_conv_2d_dsp(const thimble_depthwise_conv_2d_dsp_params* p,
                                                         const int8_t* input, const uint32_t* filter, uint32_t* rows,
                                                         int8_t* output) {
  thimble_depthwise_conv_2d_dsp_images(p, input, filter, rows, output, thimble_depthwise_conv_2d_dsp_rows);
}

THIMBLE_SHARED_KERNEL void thimble_depthwise_conv_2d_any_dsp(const thimble_depthwise_conv_2d_dsp_params* p,
                                                             const int8_t* input, const uint32_t* filter,
                                                             uint32_t* rows, int8_t* output) {
  thimble_depthwise_conv_2d_dsp_images(p, input, filter, rows, output, thimble_depthwise_conv_2d_any_dsp_rows);
}
