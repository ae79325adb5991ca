#include "ops/conv_2d/conv_2d_pool_mve_kernel.h"

/* Copies rows, their elements side by side; what the assembly reads, in this order. */
typedef struct {
  const int8_t* rows[4];
  int8_t* words;
  int32_t count;
} thimble_conv_2d_pool_mve_rows;

/* Up to 15 words behind are written, too. */
THIMBLE_MVE_CALLED void thimble_conv_2d_pool_mve_interleave(thimble_conv_2d_pool_mve_rows* task) {
#ifdef THIMBLE_MVE
  register thimble_conv_2d_pool_mve_rows* r12 __asm__("r12") = task;
  __asm__ volatile(
      "ldm r12, {r0, r1, r2, r3, r4, r5}\n"
      "1:\n\t"
      "vctp.8 r5\n\t"
      "vpstttt\n\t"
      "vldrbt.u8 q0, [r0], #16\n\t"
      "vldrbt.u8 q1, [r1], #16\n\t"
      "vldrbt.u8 q2, [r2], #16\n\t"
      "vldrbt.u8 q3, [r3], #16\n\t"
      "vst40.8 {q0, q1, q2, q3}, [r4]\n\t"
      "vst41.8 {q0, q1, q2, q3}, [r4]\n\t"
      "vst42.8 {q0, q1, q2, q3}, [r4]\n\t"
      "vst43.8 {q0, q1, q2, q3}, [r4]!\n\t"
      "subs r5, r5, #16\n\t"
      "bgt 1b\n\t"
      : "+r"(r12)
      :
      : THIMBLE_MVE_CLOBBERS);
#else
  for (int32_t j = 0; j < task->count; ++j) {
    for (int32_t i = 0; i < 4; ++i) task->words[4 * j + i] = task->rows[i][j];
  }
#endif
}

/* One filter for a row of outputs; what the assembly reads, in this order. */
typedef struct {
  const int8_t* words;
  const thimble_conv_2d_pool_mve_filter* filter;
  int8_t* output;
  int32_t fours; /* of outputs */
  int32_t back;  /* outputs that the last four are moved back by */
  int32_t output_c;
  int32_t zero_point, exact;
  int32_t scatter[4]; /* bytes from the first to each of four outputs */
  int32_t sums[16];
} thimble_conv_2d_pool_mve_task;

#ifdef THIMBLE_MVE
/* The four sums of a maximum. */
#define THIMBLE_CONV_2D_POOL_MVE_SUMS \
  "vldrb.8 q4, [r1], #8\n\t"          \
  "vmladav.s8 r0, q4, q0\n\t"         \
  "vmladav.s8 r2, q4, q1\n\t"         \
  "vmladav.s8 r4, q4, q2\n\t"         \
  "vmladav.s8 r6, q4, q3\n\t"         \
  "stm r5!, {r0, r2, r4, r6}\n\t"
#endif

THIMBLE_MVE_CALLED void thimble_conv_2d_pool_mve_row(thimble_conv_2d_pool_mve_task* task) {
#ifdef THIMBLE_MVE
  /* r1: words, r7: output, r8, r9, r10: bias, multiplier, shift. */
  register thimble_conv_2d_pool_mve_task* r12 __asm__("r12") = task;
  __asm__ volatile(
      "ldr r1, [r12]\n\t"
      "ldr r3, [r12, #4]\n\t"
      "ldr r7, [r12, #8]\n\t"
      "ldr lr, [r12, #12]\n\t"
      "ldm r3!, {r8, r9, r10}\n\t"
      "vldrw.32 q1, [r3], #4\n\t"
      "vldrw.32 q0, [r3]\n\t"
      "vshl.i32 q3, q1, #8\n\t"
      "vshl.i32 q2, q0, #8\n\t"
      "b 2f\n"
      "1:\n\t" /* the last four */
      "ldrd r2, r4, [r12, #16]\n\t"
      "sub r1, r1, r2, lsl #3\n\t"
      "mls r7, r2, r4, r7\n"
      "2:\n\t"
      "add r5, r12, #48\n\t"                                       //
      THIMBLE_CONV_2D_POOL_MVE_SUMS THIMBLE_CONV_2D_POOL_MVE_SUMS  //
          THIMBLE_CONV_2D_POOL_MVE_SUMS THIMBLE_CONV_2D_POOL_MVE_SUMS
      "sub r5, r5, #64\n\t"
      "vld40.32 {q4, q5, q6, q7}, [r5]\n\t"
      "vld41.32 {q4, q5, q6, q7}, [r5]\n\t"
      "vld42.32 {q4, q5, q6, q7}, [r5]\n\t"
      "vld43.32 {q4, q5, q6, q7}, [r5]\n\t"
      "vmax.s32 q4, q4, q5\n\t"
      "vmax.s32 q6, q6, q7\n\t"
      "vmax.s32 q4, q4, q6\n\t"
      "vadd.i32 q4, q4, r8\n\t"
      "vqrdmulh.s32 q4, q4, r9\n\t"
      "ldrd r0, r2, [r12, #24]\n\t"
      "cbz r2, 3f\n\t"
      "vshr.s32 q5, q4, #31\n\t"
      "vadd.i32 q4, q4, q5\n"
      "3:\n\t"
      "vrshl.s32 q4, r10\n\t"
      "vldrw.32 q5, [r12, #32]\n\t"
      "vqmovnb.s32 q4, q4\n\t"
      "vqadd.s16 q4, q4, r0\n\t"
      "vqmovnb.s16 q4, q4\n\t"
      "vstrb.32 q4, [r7, q5]\n\t"
      "ldr r4, [r12, #20]\n\t"
      "add r7, r7, r4, lsl #2\n\t"
      "subs lr, lr, #1\n\t"
      "bgt 2b\n\t"
      "beq 1b\n\t"
      : "+r"(r12)
      :
      : THIMBLE_MVE_CLOBBERS);
#else
  const thimble_conv_2d_pool_mve_filter* const f = task->filter;
  for (int32_t x = 0; x < 4 * (task->fours + 1) - task->back; ++x) {
    int32_t largest = INT32_MIN;
    for (int32_t k = 0; k < 4; ++k) {
      int32_t sum = 0;
      const int8_t* column = task->words + 8 * x + 4 * (k % 2) + k / 2;
      for (int32_t i = 0; i < 3; ++i, column += 4) sum += thimble_mve_dot(column, f->weights[i], 3);
      if (sum > largest) largest = sum;
    }
    task->output[x * task->output_c] = thimble_mve_requantize(thimble_wrap_add(largest, f->bias), f->multiplier,
                                                              f->shift, task->exact, task->zero_point);
  }
#endif
}

/* The words of the windows of a row of outputs. `padding`: a row of it. */
THIMBLE_MVE_CALLED void thimble_conv_2d_pool_mve_read(const thimble_conv_2d_pool_mve_params* p, const int8_t* image,
                                                      int32_t top, const int8_t* padding, int8_t* words) {
  const thimble_window* const w = &p->window;
  thimble_conv_2d_pool_mve_rows task;
  for (int32_t i = 0; i < 4; ++i) {
    const int inside = top + i >= 0 && top + i < w->input_h;
    task.rows[i] = inside ? image + (top + i) * w->input_w : padding;
  }
  task.words = words + 4 * w->pad_left;
  task.count = w->input_w;
  thimble_conv_2d_pool_mve_interleave(&task);
  /* The padding behind. */
  thimble_mve_fill(task.words + 4 * w->input_w, p->input_zero_point, 4 * (p->columns - w->pad_left - w->input_w));
}

THIMBLE_SHARED_KERNEL void thimble_conv_2d_pool_mve(const thimble_conv_2d_pool_mve_params* p, const int8_t* input,
                                                    const thimble_conv_2d_pool_mve_filter* filters, int8_t* words,
                                                    int8_t* output) {
  const thimble_window* const w = &p->window;
  int8_t* const padding = words + 4 * p->columns;
  thimble_mve_fill(words, p->input_zero_point, 4 * p->columns + w->input_w);
  thimble_conv_2d_pool_mve_task task;
  task.fours = (w->output_w - 1) / 4;
  task.back = 4 * (task.fours + 1) - w->output_w;
  task.output_c = w->output_c;
  task.zero_point = p->zero_point;
  task.exact = p->exact;
  for (int32_t i = 0; i < 4; ++i) task.scatter[i] = i * w->output_c;
  task.words = words;
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * w->input_w) {
    for (int32_t y = 0; y < w->output_h; ++y, output += w->output_w * w->output_c) {
      thimble_conv_2d_pool_mve_read(p, input, 2 * y - w->pad_top, padding, words);
      for (int32_t c = 0; c < w->output_c; ++c) {
        task.filter = filters + c;
        task.output = output + c;
        thimble_conv_2d_pool_mve_row(&task);
      }
    }
  }
}
