#include "ops/conv_2d/conv_2d_pool_dsp_kernel.h"

/* The 4 x 4 pixels that the four windows of one maximum see. */
#if defined(THIMBLE_DSP_LONG)
typedef struct {
  int32_t rows[4][3]; /* p0 + 2^23 * p1, p1 + 2^23 * p2, p2 + 2^23 * p3 of each row */
} thimble_conv_2d_pool_dsp_patch;
#elif defined(THIMBLE_DSP_PLAIN)
typedef struct {
  int32_t rows[4][4];
} thimble_conv_2d_pool_dsp_patch;
#else
/* As pairs; a row's pixels are p0 to p3. */
typedef struct {
  uint32_t rows[4][2]; /* (p0, p1), (p1, p2) of each row */
  uint32_t upper[2];   /* of rows 0 and 1: (p2, p2), (p3, p3) */
  uint32_t middle[2];  /* of rows 1 and 2 */
  uint32_t lower[2];   /* of rows 2 and 3 */
} thimble_conv_2d_pool_dsp_patch;
#endif

/* Four pixels from (y, x) on, the padding with them. */
static inline uint32_t thimble_conv_2d_pool_dsp_pixels(const thimble_conv_2d_pool_dsp_params* p, const int8_t* input,
                                                       int32_t y, int32_t x) {
  const thimble_window* w = &p->window;
  const int8_t* first = input + y * w->input_w + x;
  uint32_t pixels = 0;
  if (y >= 0 && y < w->input_h && x >= 0 && x + 4 <= w->input_w) return thimble_dsp_load(first);
  for (int32_t i = 0; i < 4; ++i) {
    const int inside = y >= 0 && y < w->input_h && x + i >= 0 && x + i < w->input_w;
    pixels |= (uint32_t)((inside ? first[i] : p->input_zero_point) & 0xFF) << (8 * i);
  }
  return pixels;
}

static inline void thimble_conv_2d_pool_dsp_fill(const thimble_conv_2d_pool_dsp_params* p, const int8_t* input,
                                                 int32_t top, int32_t left, thimble_conv_2d_pool_dsp_patch* patch) {
#ifdef THIMBLE_DSP_SINGLE
  for (int32_t i = 0; i < 4; ++i) {
    const uint32_t pixels = thimble_conv_2d_pool_dsp_pixels(p, input, top + i, left);
    const int32_t p0 = (int8_t)pixels, p1 = (int8_t)(pixels >> 8), p2 = (int8_t)(pixels >> 16),
                  p3 = (int8_t)(pixels >> 24);
#ifdef THIMBLE_DSP_LONG
    patch->rows[i][0] = p0 + p1 * (1 << 23), patch->rows[i][1] = p1 + p2 * (1 << 23);
    patch->rows[i][2] = p2 + p3 * (1 << 23);
#else
    patch->rows[i][0] = p0, patch->rows[i][1] = p1, patch->rows[i][2] = p2, patch->rows[i][3] = p3;
#endif
  }
#else
  uint32_t even[4], odd[4];
  for (int32_t i = 0; i < 4; ++i) {
    const uint32_t pixels = thimble_conv_2d_pool_dsp_pixels(p, input, top + i, left);
    even[i] = thimble_dsp_even(pixels), odd[i] = thimble_dsp_odd(pixels);
    patch->rows[i][0] = thimble_dsp_low_lanes(even[i], odd[i]);
    patch->rows[i][1] = (odd[i] & 0xFFFF) | (even[i] & 0xFFFF0000);
  }
  patch->upper[0] = thimble_dsp_high_lanes(even[0], even[1]), patch->upper[1] = thimble_dsp_high_lanes(odd[0], odd[1]);
  patch->middle[0] = thimble_dsp_high_lanes(even[1], even[2]),
  patch->middle[1] = thimble_dsp_high_lanes(odd[1], odd[2]);
  patch->lower[0] = thimble_dsp_high_lanes(even[2], even[3]), patch->lower[1] = thimble_dsp_high_lanes(odd[2], odd[3]);
#endif
}

/* What the assembly reads, in this order. */
typedef struct {
  const thimble_conv_2d_pool_dsp_filter* filters;
  const thimble_conv_2d_pool_dsp_patch* patch;
  int8_t* output;
  int32_t count;
} thimble_conv_2d_pool_dsp_task;

#ifdef THIMBLE_DSP_LOOPS
/* All filters of one output pixel. r0: filters, r1: patch, r2: output, task: filters left; sums: r3 to r6, the upper
 * two before the lower two. */
static inline void thimble_conv_2d_pool_dsp_pixel(const thimble_conv_2d_pool_dsp_task* task) {
  __asm__ volatile(
      "ldm %[task], {r0, r1, r2}\n\t"
      "ldr %[task], [%[task], #12]\n"
      "1:\n\t"
      "ldm r0!, {r3, r8, r9, r10}\n\t"
      "mov r4, r3\n\t"
      "mov r5, r3\n\t"
      "mov r6, r3\n\t"
      "ldrd r11, r12, [r1]\n\t"
      "smlad r3, r11, r8, r3\n\t"
      "smlad r4, r12, r8, r4\n\t"
      "ldrd r11, r12, [r1, #8]\n\t"
      "smlad r3, r11, r9, r3\n\t"
      "smlad r4, r12, r9, r4\n\t"
      "smlad r5, r11, r8, r5\n\t"
      "smlad r6, r12, r8, r6\n\t"
      "ldrd r11, r12, [r1, #16]\n\t"
      "smlad r3, r11, r10, r3\n\t"
      "smlad r4, r12, r10, r4\n\t"
      "smlad r5, r11, r9, r5\n\t"
      "smlad r6, r12, r9, r6\n\t"
      "ldrd r11, r12, [r1, #24]\n\t"
      "smlad r5, r11, r10, r5\n\t"
      "smlad r6, r12, r10, r6\n\t"
      "ldm r0!, {r8, r9}\n\t"
      "ldrd r11, r12, [r1, #32]\n\t"
      "smlad r3, r11, r8, r3\n\t"
      "smlad r4, r12, r8, r4\n\t"
      "ldrd r11, r12, [r1, #40]\n\t"
      "smlad r5, r11, r8, r5\n\t"
      "smlad r6, r12, r8, r6\n\t"
      "ldrd r11, r12, [r1, #48]\n\t"
      "smlabb r3, r11, r9, r3\n\t"
      "smlabb r4, r12, r9, r4\n\t"
      "smlatb r5, r11, r9, r5\n\t"
      "smlatb r6, r12, r9, r6\n\t"
      "ldm r0!, {r8, r9, r10}\n\t"
      "cmp r3, r4\n\t"
      "it lt\n\t"
      "movlt r3, r4\n\t"
      "cmp r3, r5\n\t"
      "it lt\n\t"
      "movlt r3, r5\n\t"
      "cmp r3, r6\n\t"
      "it lt\n\t"
      "movlt r3, r6\n\t"
      "lsls r3, r3, #1\n\t"
      "smmlar r4, r3, r8, r9\n\t"
      "add r3, r4, r3, asr #31\n\t"
      "asr r3, r3, r10\n\t"
      "ssat r3, #8, r3\n\t"
      "strb r3, [r2], #1\n\t"
      "subs %[task], %[task], #1\n\t"
      "bgt 1b\n\t"
      : [task] "+r"(task)
      :
      : "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r8", "r9", "r10", "r11", "r12", "cc", "memory");
}
#elif defined(THIMBLE_DSP_SINGLE)
/* Row `i` of a filter's weights, and the last one. */
#define THIMBLE_CONV_2D_POOL_DSP_ROW(FILTER, I, RIGHT) \
  const int32_t w0 = (int16_t)(FILTER)->left[I], w1 = (int32_t)(FILTER)->left[I] >> 16, w2 = RIGHT

#ifdef THIMBLE_DSP_LONG
/* The largest of the four sums, without the bias. */
static inline int32_t thimble_conv_2d_pool_dsp_largest(const thimble_conv_2d_pool_dsp_filter* f,
                                                       const thimble_conv_2d_pool_dsp_patch* patch) {
  /* As in kernel/dsp_columns.h: two neighbours' sums in 64 bits, the lower made positive. */
  const int32_t start = 1 << 22;
  int64_t upper = start, lower = start;
#define THIMBLE_CONV_2D_POOL_DSP_ADD(I)                                                   \
  upper += (int64_t)w0 * patch->rows[I][0], lower += (int64_t)w0 * patch->rows[I + 1][0]; \
  upper += (int64_t)w1 * patch->rows[I][1], lower += (int64_t)w1 * patch->rows[I + 1][1]; \
  upper += (int64_t)w2 * patch->rows[I][2], lower += (int64_t)w2 * patch->rows[I + 1][2]
  {
    THIMBLE_CONV_2D_POOL_DSP_ROW(f, 0, (int16_t)f->right);
    THIMBLE_CONV_2D_POOL_DSP_ADD(0);
  }
  {
    THIMBLE_CONV_2D_POOL_DSP_ROW(f, 1, (int32_t)f->right >> 16);
    THIMBLE_CONV_2D_POOL_DSP_ADD(1);
  }
  {
    THIMBLE_CONV_2D_POOL_DSP_ROW(f, 2, f->corner);
    THIMBLE_CONV_2D_POOL_DSP_ADD(2);
  }
  const int32_t s0 = (int32_t)(upper & ((1 << 23) - 1)) - start, s1 = (int32_t)(upper >> 23);
  const int32_t s2 = (int32_t)(lower & ((1 << 23) - 1)) - start, s3 = (int32_t)(lower >> 23);
  const int32_t left = s0 > s2 ? s0 : s2, right = s1 > s3 ? s1 : s3;
  return left > right ? left : right;
}
#else
static inline int32_t thimble_conv_2d_pool_dsp_largest(const thimble_conv_2d_pool_dsp_filter* f,
                                                       const thimble_conv_2d_pool_dsp_patch* patch) {
  int32_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;
  const int32_t right[3] = {(int16_t)f->right, (int32_t)f->right >> 16, f->corner};
  for (int32_t i = 0; i < 3; ++i) {
    const int32_t *upper = patch->rows[i], *lower = patch->rows[i + 1];
    THIMBLE_CONV_2D_POOL_DSP_ROW(f, i, right[i]);
    s0 += w0 * upper[0] + w1 * upper[1] + w2 * upper[2], s1 += w0 * upper[1] + w1 * upper[2] + w2 * upper[3];
    s2 += w0 * lower[0] + w1 * lower[1] + w2 * lower[2], s3 += w0 * lower[1] + w1 * lower[2] + w2 * lower[3];
  }
  const int32_t top = s0 > s1 ? s0 : s1, bottom = s2 > s3 ? s2 : s3;
  return top > bottom ? top : bottom;
}
#endif

static inline void thimble_conv_2d_pool_dsp_pixel(const thimble_conv_2d_pool_dsp_task* task) {
  const thimble_conv_2d_pool_dsp_filter* f = task->filters;
  for (int32_t c = 0; c < task->count; ++c, ++f) {
    const thimble_dsp_channel channel = {f->bias, f->multiplier, f->addend, f->shift};
    const int32_t sum = f->bias + thimble_conv_2d_pool_dsp_largest(f, task->patch);
    task->output[c] = (int8_t)thimble_dsp_requantize(sum * 2, channel);
  }
}
#else
/* One sum: rows from `top` on, column 0 or 1; the third columns' pixels of its upper two rows, and of its last. */
static inline int32_t thimble_conv_2d_pool_dsp_sum(const thimble_conv_2d_pool_dsp_filter* filter,
                                                   const uint32_t (*rows)[2], int32_t column, uint32_t right,
                                                   uint32_t corner) {
  int32_t sum = filter->bias;
  for (int32_t i = 0; i < 3; ++i) sum = thimble_dsp_smlad(rows[i][column], filter->left[i], sum);
  return thimble_dsp_smlad(right, filter->right, sum) + (int16_t)corner * filter->corner;
}

static inline void thimble_conv_2d_pool_dsp_pixel(const thimble_conv_2d_pool_dsp_task* task) {
  const thimble_conv_2d_pool_dsp_patch* patch = task->patch;
  for (int32_t c = 0; c < task->count; ++c) {
    const thimble_conv_2d_pool_dsp_filter* f = task->filters + c;
    const thimble_dsp_channel channel = {f->bias, f->multiplier, f->addend, f->shift};
    int32_t max = INT32_MIN;
    for (int32_t j = 0; j < 2; ++j) {
      const int32_t upper = thimble_conv_2d_pool_dsp_sum(f, patch->rows, j, patch->upper[j], patch->lower[j]);
      const int32_t lower =
          thimble_conv_2d_pool_dsp_sum(f, patch->rows + 1, j, patch->middle[j], patch->lower[j] >> 16);
      if (upper > max) max = upper;
      if (lower > max) max = lower;
    }
    task->output[c] = (int8_t)thimble_dsp_requantize(max * 2, channel);
  }
}
#endif

THIMBLE_SHARED_KERNEL void thimble_conv_2d_pool_dsp(const thimble_conv_2d_pool_dsp_params* p, const int8_t* input,
                                                    const thimble_conv_2d_pool_dsp_filter* filters, int8_t* output) {
  const thimble_window* w = &p->window;
  thimble_conv_2d_pool_dsp_patch patch;
  thimble_conv_2d_pool_dsp_task task = {filters, &patch, output, w->output_c};
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * w->input_w) {
    for (int32_t y = 0; y < w->output_h; ++y) {
      for (int32_t x = 0; x < w->output_w; ++x, task.output += w->output_c) {
        thimble_conv_2d_pool_dsp_fill(p, input, 2 * y - w->pad_top, 2 * x - w->pad_left, &patch);
        thimble_conv_2d_pool_dsp_pixel(&task);
      }
    }
  }
}
