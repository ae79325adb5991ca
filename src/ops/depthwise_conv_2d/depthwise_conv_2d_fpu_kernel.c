#include "ops/depthwise_conv_2d/depthwise_conv_2d_fpu_kernel.h"

/* The taps of a window inside the image, in elements of input and filter. */
typedef struct {
  int32_t rows, columns;         /* both > 0 */
  int32_t step, row_step, pixel; /* from a tap to the next, from a row to the next, from a pixel's window to the next */
  int32_t weights_row_step;
} thimble_depthwise_fpu_taps;

/* For four channels, S to S + 3, with a weight and an element each. */
#define THIMBLE_DEPTHWISE_FPU_4(S0, S1, S2, S3, X0, X1, X2, X3) \
  "vmla.f32 s" #S0 ", s16, s" #X0                               \
  "\n\t"                                                        \
  "vmla.f32 s" #S1 ", s17, s" #X1                               \
  "\n\t"                                                        \
  "vmla.f32 s" #S2 ", s18, s" #X2                               \
  "\n\t"                                                        \
  "vmla.f32 s" #S3 ", s19, s" #X3 "\n\t"

/* sums [4 pixels][4 channels] of the products of weights [rows][columns][4] and the taps of windows from `x` on. */
THIMBLE_FPU_CALLED void thimble_depthwise_fpu_sum_4(const thimble_depthwise_fpu_taps* taps, const float* weights,
                                                    const float* x, float* sums) {
#if defined(THIMBLE_FPU_LOOPS) || defined(THIMBLE_FPU_VECTORS)
  int32_t rows = taps->rows;
  const int32_t gap = 4 * (taps->row_step - taps->columns * taps->step);
#endif
#if defined(THIMBLE_FPU_LOOPS)
  const float* count = thimble_fpu_zeros; /* then the columns left */
  __asm__ volatile(
      "vldmia %[count], {s0-s15}\n\t"
      "add r4, %[x], %[pixel]\n\t"
      "add r5, r4, %[pixel]\n\t"
      "add r6, r5, %[pixel]\n"
      "1:\n\t"
      "mov %[count], %[columns]\n"
      "2:\n\t"
      "vldmia %[w]!, {s16-s19}\n\t"
      "vldmia %[x], {s20-s23}\n\t"
      "vldmia r4, {s24-s27}\n\t"
      "vldmia r5, {s28-s31}\n\t"
      "add %[x], %[step]\n\t"
      "add r4, %[step]\n\t"
      "add r5, %[step]\n\t" THIMBLE_DEPTHWISE_FPU_4(0, 1, 2, 3, 20, 21, 22, 23)
      "vldmia r6, {s20-s23}\n\t"
      "add r6, %[step]\n\t" THIMBLE_DEPTHWISE_FPU_4(4, 5, 6, 7, 24, 25, 26, 27)
          THIMBLE_DEPTHWISE_FPU_4(8, 9, 10, 11, 28, 29, 30, 31) THIMBLE_DEPTHWISE_FPU_4(12, 13, 14, 15, 20, 21, 22, 23)
      "subs %[count], #1\n\t"
      "bne 2b\n\t"
      "add %[x], %[gap]\n\t"
      "add r4, %[gap]\n\t"
      "add r5, %[gap]\n\t"
      "add r6, %[gap]\n\t"
      "subs %[rows], #1\n\t"
      "bne 1b\n\t"
      "vstmia %[sums], {s0-s15}\n\t"
      : [w] "+r"(weights), [x] "+r"(x), [rows] "+r"(rows), [count] "+r"(count)
      : [columns] "r"(taps->columns), [step] "r"(4 * taps->step), [pixel] "r"(4 * taps->pixel), [gap] "r"(gap),
        [sums] "r"(sums)
      : "r4", "r5", "r6", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s14",
        "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23", "s24", "s25", "s26", "s27", "s28", "s29", "s30",
        "s31", "cc", "memory");
#elif defined(THIMBLE_FPU_VECTORS)
#define THIMBLE_DEPTHWISE_FPU_VECTOR(X, SUM) \
  "vldrw.32 q5, [" X                         \
  "]\n\t"                                    \
  "add " X                                   \
  ", %[step]\n\t"                            \
  "vfma.f32 " SUM ", q4, q5\n\t"
  __asm__ volatile(
      "vmov.i32 q0, #0\n\t"
      "vmov.i32 q1, #0\n\t"
      "vmov.i32 q2, #0\n\t"
      "vmov.i32 q3, #0\n\t"
      "add r4, %[x], %[pixel]\n\t"
      "add r5, r4, %[pixel]\n\t"
      "add r6, r5, %[pixel]\n"
      "1:\n\t"
      "dls lr, %[columns]\n"
      "2:\n\t"
      "vldrw.32 q4, [%[w]], #16\n\t"
      THIMBLE_DEPTHWISE_FPU_VECTOR("%[x]", "q0")
      THIMBLE_DEPTHWISE_FPU_VECTOR("r4", "q1")
      THIMBLE_DEPTHWISE_FPU_VECTOR("r5", "q2")
      THIMBLE_DEPTHWISE_FPU_VECTOR("r6", "q3")
      "le lr, 2b\n\t"
      "add %[x], %[gap]\n\t"
      "add r4, %[gap]\n\t"
      "add r5, %[gap]\n\t"
      "add r6, %[gap]\n\t"
      "subs %[rows], #1\n\t"
      "bne 1b\n\t"
      "vstrw.32 q0, [%[sums]]\n\t"
      "vstrw.32 q1, [%[sums], #16]\n\t"
      "vstrw.32 q2, [%[sums], #32]\n\t"
      "vstrw.32 q3, [%[sums], #48]\n\t"
      : [w] "+r"(weights), [x] "+r"(x), [rows] "+r"(rows)
      : [columns] "r"(taps->columns), [step] "r"(4 * taps->step), [pixel] "r"(4 * taps->pixel), [gap] "r"(gap),
        [sums] "r"(sums)
      : "r4", "r5", "r6", "lr", "q0", "q1", "q2", "q3", "q4", "q5", "cc", "memory");
#else
  memcpy(sums, thimble_fpu_zeros, sizeof(thimble_fpu_zeros));
  for (int32_t i = 0; i < taps->rows; ++i) {
    for (int32_t j = 0; j < taps->columns; ++j, weights += 4) {
      const float* first = x + i * taps->row_step + j * taps->step;
      for (int32_t k = 0; k < 16; ++k) sums[k] += first[k / 4 * taps->pixel + k % 4] * weights[k % 4];
    }
  }
#endif
}

/* The same for one pixel, whose window may be cut off at the left and right. */
THIMBLE_FPU_CALLED void thimble_depthwise_fpu_sum_1(const thimble_depthwise_fpu_taps* taps, const float* weights,
                                                    const float* x, float* sums) {
#if defined(THIMBLE_FPU_LOOPS) || defined(THIMBLE_FPU_VECTORS)
  int32_t rows = taps->rows;
  const int32_t gap = 4 * (taps->row_step - taps->columns * taps->step);
  const int32_t weights_gap = 4 * (taps->weights_row_step - taps->columns * 4);
#endif
#if defined(THIMBLE_FPU_LOOPS)
  const float* count = thimble_fpu_zeros; /* then the columns left */
  __asm__ volatile(
      "vldmia %[count], {s0-s3}\n"
      "1:\n\t"
      "mov %[count], %[columns]\n"
      "2:\n\t"
      "vldmia %[w]!, {s16-s19}\n\t"
      "vldmia %[x], {s20-s23}\n\t"
      "add %[x], %[step]\n\t" THIMBLE_DEPTHWISE_FPU_4(0, 1, 2, 3, 20, 21, 22, 23)
      "subs %[count], #1\n\t"
      "bne 2b\n\t"
      "add %[x], %[gap]\n\t"
      "add %[w], %[weights_gap]\n\t"
      "subs %[rows], #1\n\t"
      "bne 1b\n\t"
      "vstmia %[sums], {s0-s3}\n\t"
      : [w] "+r"(weights), [x] "+r"(x), [rows] "+r"(rows), [count] "+r"(count)
      : [columns] "r"(taps->columns), [step] "r"(4 * taps->step), [gap] "r"(gap), [weights_gap] "r"(weights_gap),
        [sums] "r"(sums)
      : "s0", "s1", "s2", "s3", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23", "cc", "memory");
#elif defined(THIMBLE_FPU_VECTORS)
  __asm__ volatile(
      "vmov.i32 q0, #0\n"
      "1:\n\t"
      "dls lr, %[columns]\n"
      "2:\n\t"
      "vldrw.32 q4, [%[w]], #16\n\t"
      THIMBLE_DEPTHWISE_FPU_VECTOR("%[x]", "q0")
      "le lr, 2b\n\t"
      "add %[x], %[gap]\n\t"
      "add %[w], %[weights_gap]\n\t"
      "subs %[rows], #1\n\t"
      "bne 1b\n\t"
      "vstrw.32 q0, [%[sums]]\n\t"
      : [w] "+r"(weights), [x] "+r"(x), [rows] "+r"(rows)
      : [columns] "r"(taps->columns), [step] "r"(4 * taps->step), [gap] "r"(gap), [weights_gap] "r"(weights_gap),
        [sums] "r"(sums)
      : "lr", "q0", "q4", "q5", "cc", "memory");
#else
  memcpy(sums, thimble_fpu_zeros, 4 * sizeof(*sums));
  for (int32_t i = 0; i < taps->rows; ++i) {
    for (int32_t j = 0; j < taps->columns; ++j) {
      const float *first = x + i * taps->row_step + j * taps->step, *tap = weights + i * taps->weights_row_step + 4 * j;
      for (int32_t k = 0; k < 4; ++k) sums[k] += first[k] * tap[k];
    }
  }
#endif
}

/* All channels of `pixels` neighbours in a row of the output, 4 or 1; `x` is where the first one's taps begin, `filter`
 * their weights. */
THIMBLE_FPU_CALLED void thimble_depthwise_fpu_pixels(const thimble_depthwise_conv_2d_fpu_params* p, int32_t pixels,
                                                     const thimble_depthwise_fpu_taps* taps, const float* filter,
                                                     const float* x, const float* bias, float* output) {
  const thimble_window* w = &p->window;
  const int32_t size = w->filter_h * w->filter_w * 4;
  const float* start = thimble_fpu_zeros;
  float sums[16];
  for (int32_t c = 0; c < w->output_c; c += 4, filter += size, bias += 4) {
    const int32_t channel = c + 4 <= w->output_c ? c : w->output_c - 4;
    if (taps->rows > 0 && taps->columns > 0) {
      if (pixels == 4) thimble_depthwise_fpu_sum_4(taps, filter, x + channel, sums);
      if (pixels == 1) thimble_depthwise_fpu_sum_1(taps, filter, x + channel, sums);
      start = sums;
    }
    for (int32_t i = 0; i < pixels; ++i) {
      thimble_fpu_finish(&p->range, start + 4 * i, bias, 4, output + i * w->output_c + channel);
    }
  }
}

THIMBLE_SHARED_KERNEL void thimble_depthwise_conv_2d_fpu(const thimble_depthwise_conv_2d_fpu_params* p,
                                                         const float* input, const float* filter, const float* bias,
                                                         float* output) {
  const thimble_window* w = &p->window;
  const int32_t reach = (w->filter_w - 1) * w->dilation_w;
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_h * w->input_w * w->input_c) {
    for (int32_t y = 0; y < w->output_h; ++y) {
      const int32_t top = y * w->stride_h - w->pad_top;
      const thimble_taps rows = thimble_taps_inside(top, w->filter_h, w->dilation_h, w->input_h);
      const float* row = input + (top + rows.first * w->dilation_h) * w->input_w * w->input_c;
      for (int32_t x = 0; x < w->output_w;) {
        const int32_t left = x * w->stride_w - w->pad_left;
        const thimble_taps columns = thimble_taps_inside(left, w->filter_w, w->dilation_w, w->input_w);
        const int32_t inside = left >= 0 && left + 3 * w->stride_w + reach < w->input_w;
        const int32_t pixels = inside && x + 4 <= w->output_w ? 4 : 1;
        const thimble_depthwise_fpu_taps taps = {rows.last - rows.first,     columns.last - columns.first,
                                                 w->dilation_w * w->input_c, w->dilation_h * w->input_w * w->input_c,
                                                 w->stride_w * w->input_c,   w->filter_w * 4};
        thimble_depthwise_fpu_pixels(p, pixels, &taps, filter + (rows.first * w->filter_w + columns.first) * 4,
                                     row + (left + columns.first * w->dilation_w) * w->input_c, bias, output);
        x += pixels, output += pixels * w->output_c;
      }
    }
  }
}
