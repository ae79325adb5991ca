#include "ops/depthwise_conv_2d/depthwise_conv_2d_s16_mve_kernel.h"

/* A row of outputs of eight channels; what the assembly reads, in this order. */
typedef struct {
  const int8_t* filters;
  int16_t* output;
  int32_t width; /* outputs */
  int32_t filter_w;
  int32_t stride;             /* bytes of the copied rows from a window to the next */
  const int16_t* const* rows; /* the window's */
  int32_t step;               /* bytes from an output to the next */
  int32_t filter_h;
  int32_t channels; /* eight, or less */
  int32_t range;
} thimble_depthwise_conv_2d_s16_mve_task;

#ifdef THIMBLE_MVE
/* r3: filters, r5: output, r6: outputs left, r7: filter_w, r8: stride, r9: rows, r10: offset in a row, r11: step. Adds
 * the products of the weights in q4 with eight channels in X to the sums of even and odd ones. */
#define THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_ADD(X, EVEN, ODD) \
  "vmullb.s16 q7, " X                                       \
  ", q4\n\t"                                                \
  "vadd.i32 " EVEN ", " EVEN                                \
  ", q7\n\t"                                                \
  "vmullt.s16 q7, " X                                       \
  ", q4\n\t"                                                \
  "vadd.i32 " ODD ", " ODD ", q7\n\t"
#define THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_TAP(X0, X1)                                       \
  THIMBLE_MVE_WEIGHTS_s16("q4", "r3") THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_ADD(X0, "q0", "q1") \
      THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_ADD(X1, "q2", "q3")
/* Any filter: one tap after the other. */
#define THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_ROW \
  "add r2, r1, r8\n\t"                        \
  "dls lr, r7\n"                              \
  "3:\n\t"                                    \
  "vldrh.u16 q5, [r1], #16\n\t"               \
  "vldrh.u16 q6, [r2], #16\n\t" THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_TAP("q5", "q6") "le lr, 3b\n\t"
/* Three taps that move by one: the windows of two outputs overlap. */
#define THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_ROW_3 \
  "vldrh.u16 q5, [r1]\n\t"                                                                        \
  "vldrh.u16 q6, [r1, #16]\n\t" THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_TAP("q5", "q6")                 \
  "vldrh.u16 q5, [r1, #32]\n\t" THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_TAP("q6", "q5")                 \
  "vldrh.u16 q6, [r1, #48]\n\t" THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_TAP("q5", "q6")
/* Factors of even or odd channels for both outputs. */
#define THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_SCALE(Q0, Q1) \
  "vldrb.8 q4, [r3], #16\n\t"                           \
  "vldrb.8 q5, [r3], #16\n\t"                           \
  "vmulh.s32 " Q0 ", " Q0                               \
  ", q4\n\t"                                            \
  "vmulh.s32 " Q1 ", " Q1                               \
  ", q4\n\t"                                            \
  "vrshl.s32 " Q0 ", " Q0                               \
  ", q5\n\t"                                            \
  "vrshl.s32 " Q1 ", " Q1 ", q5\n\t"
#define THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_ASM(ROW) \
  __asm__ volatile(                                                                                           \
      "ldr r5, [r12, #4]\n\t"                                                                                 \
      "ldrd r6, r7, [r12, #8]\n\t"                                                                            \
      "ldr r8, [r12, #16]\n\t"                                                                                \
      "ldr r11, [r12, #24]\n\t"                                                                               \
      "ldr r0, [r12, #32]\n\t"                                                                                \
      "vctp.16 r0\n\t"                                                                                        \
      "mov r10, #0\n"                                                                                         \
      "1:\n\t"                                                                                                \
      "ldr r3, [r12]\n\t"                                                                                     \
      "ldr r9, [r12, #20]\n\t"                                                                                \
      "ldr r4, [r12, #28]\n\t"                                                                                \
      "cmp r6, #2\n\t"                                                                                        \
      "itt lt\n\t" /* the last output alone is made twice */                                                  \
      "movlt r8, #0\n\t"                                                                                      \
      "movlt r11, #0\n\t"                                                                                     \
      "vldrb.8 q0, [r3], #16\n\t"                                                                             \
      "vldrb.8 q1, [r3], #16\n\t"                                                                             \
      "vmov q2, q0\n\t"                                                                                       \
      "vmov q3, q1\n"                                                                                         \
      "2:\n\t"                                                                                                \
      "ldr r1, [r9], #4\n\t"                                                                                  \
      "add r1, r1, r10\n\t" ROW                                                                               \
      "subs r4, r4, #1\n\t"                                                                                   \
      "bne 2b\n\t"                                                                                            \
      "ldr r0, [r12, #36]\n\t" THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_SCALE("q0", "q2")                            \
      "vqmovnb.s32 q0, q0\n\t"                                                                                \
      "vqmovnb.s32 q2, q2\n\t" THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_SCALE("q1", "q3")                            \
      "vqmovnt.s32 q0, q1\n\t"                                                                                \
      "vqmovnt.s32 q2, q3\n\t"                                                                                \
      "vdup.16 q4, r0\n\t"                                                                                    \
      "lsr r0, r0, #16\n\t"                                                                                   \
      "vdup.16 q5, r0\n\t"                                                                                    \
      "vmax.s16 q0, q0, q4\n\t"                                                                               \
      "vmax.s16 q2, q2, q4\n\t"                                                                               \
      "vmin.s16 q0, q0, q5\n\t"                                                                               \
      "vmin.s16 q2, q2, q5\n\t"                                                                               \
      "add r1, r5, r11\n\t"                                                                                   \
      "vpstt\n\t"                                                                                             \
      "vstrht.16 q2, [r1]\n\t"                                                                                \
      "vstrht.16 q0, [r5]\n\t"                                                                                \
      "add r5, r1, r11\n\t"                                                                                   \
      "add r10, r10, r8, lsl #1\n\t"                                                                          \
      "subs r6, r6, #2\n\t"                                                                                   \
      "bgt 1b\n\t"                                                                                            \
      : "+r"(r12)                                                                                             \
      :                                                                                                       \
      : THIMBLE_MVE_CLOBBERS)
#endif

THIMBLE_MVE_CALLED void thimble_depthwise_conv_2d_s16_mve_row(thimble_depthwise_conv_2d_s16_mve_task* task) {
#ifdef THIMBLE_MVE
  register thimble_depthwise_conv_2d_s16_mve_task* r12 __asm__("r12") = task;
  if (task->filter_w == 3 && task->stride == 16) {
    THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_ASM(THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_ROW_3);
  } else {
    THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_ASM(THIMBLE_DEPTHWISE_CONV_2D_S16_MVE_ROW);
  }
#else
  const int8_t* const weights = task->filters + 32;
  const int8_t* const factors = weights + 8 * task->filter_h * task->filter_w;
  for (int32_t x = 0; x < task->width; ++x) {
    for (int32_t c = 0; c < task->channels; ++c) {
      int32_t sum = thimble_mve_word(task->filters + 16 * (c % 2) + 4 * (c / 2));
      for (int32_t i = 0; i < task->filter_h; ++i) {
        const int16_t* const window = task->rows[i] + x * task->stride / 2;
        for (int32_t j = 0; j < task->filter_w; ++j) {
          sum = thimble_wrap_add(sum, window[8 * j + c] * weights[8 * (i * task->filter_w + j) + c]);
        }
      }
      const int8_t* const factor = factors + 32 * (c % 2) + 4 * (c / 2);
      task->output[x * task->step / 2 + c] =
          thimble_mve_requantize_16(sum, thimble_mve_word(factor), thimble_mve_word(factor + 16), task->range);
    }
  }
#endif
}

/* Copies `channels` channels, 1 to 8, of `count` pixels, at least 1, `step` channels apart. */
static inline void thimble_depthwise_conv_2d_s16_mve_copy(int16_t* to, const int16_t* from, int32_t step, int32_t count,
                                                          int32_t channels) {
#ifdef THIMBLE_MVE
  __asm__ volatile(
      "vctp.16 %[channels]\n\t"
      "dls lr, %[count]\n"
      "1:\n\t"
      "vpst\n\t"
      "vldrht.u16 q0, [%[from]]\n\t"
      "add %[from], %[from], %[step]\n\t"
      "vstrh.16 q0, [%[to]], #16\n\t"
      "le lr, 1b\n\t"
      : [to] "+r"(to), [from] "+r"(from)
      : [step] "r"(2 * step), [count] "r"(count), [channels] "r"(channels)
      : "lr", "q0", "cc", "memory");
#else
  for (int32_t i = 0; i < count; ++i, to += 8, from += step) {
    for (int32_t c = 0; c < 8; ++c) to[c] = c < channels ? from[c] : 0;
  }
#endif
}

static inline int16_t* thimble_depthwise_conv_2d_s16_mve_slot(const thimble_depthwise_conv_2d_s16_mve_params* p,
                                                              int16_t* ring, int32_t y) {
  return ring + (y + p->window.pad_top) % p->window.filter_h * (8 * p->ring_columns);
}

/* Up to eight channels of one image. */
static inline void thimble_depthwise_conv_2d_s16_mve_channels(const thimble_depthwise_conv_2d_s16_mve_params* p,
                                                              const int16_t* input, const int16_t** rows, int16_t* ring,
                                                              thimble_depthwise_conv_2d_s16_mve_task* task) {
  const thimble_window* const w = &p->window;
  thimble_mve_fill((int8_t*)ring, 0, w->filter_h * 16 * p->ring_columns);
  int32_t next = -w->pad_top; /* the next row to read */
  for (int32_t y = 0; y < w->output_h; ++y, task->output += w->output_w * w->output_c) {
    const int32_t top = y * w->stride_h - w->pad_top;
    if (next < top) next = top;
    for (; next < top + w->filter_h; ++next) {
      int16_t* const slot = thimble_depthwise_conv_2d_s16_mve_slot(p, ring, next);
      if (next >= w->input_h) {
        thimble_mve_fill((int8_t*)slot, 0, 16 * p->ring_columns);
      } else if (next >= 0) {
        thimble_depthwise_conv_2d_s16_mve_copy(slot + 8 * w->pad_left, input + next * w->input_w * w->input_c,
                                               w->input_c, w->input_w, task->channels);
      }
    }
    for (int32_t i = 0; i < w->filter_h; ++i) rows[i] = thimble_depthwise_conv_2d_s16_mve_slot(p, ring, top + i);
    thimble_depthwise_conv_2d_s16_mve_row(task);
  }
}

THIMBLE_SHARED_KERNEL void thimble_depthwise_conv_2d_s16_mve(const thimble_depthwise_conv_2d_s16_mve_params* p,
                                                             const int16_t* input, const int8_t* filters,
                                                             int8_t* scratch, int16_t* output) {
  const thimble_window* const w = &p->window;
  const int16_t** const rows = (const int16_t**)(void*)scratch;
  int16_t* const ring = (int16_t*)(void*)(rows + w->filter_h);
  const int32_t filter_bytes = 8 * w->filter_h * w->filter_w + 96;
  for (int32_t b = 0; b < w->batches; ++b) {
    for (int32_t c = 0; c < w->output_c; c += 8) {
      thimble_depthwise_conv_2d_s16_mve_task task = {filters + c / 8 * filter_bytes,
                                                     output + c,
                                                     w->output_w,
                                                     w->filter_w,
                                                     16 * w->stride_w,
                                                     rows,
                                                     2 * w->output_c,
                                                     w->filter_h,
                                                     w->output_c - c < 8 ? w->output_c - c : 8,
                                                     p->range};
      thimble_depthwise_conv_2d_s16_mve_channels(p, input + c, rows, ring, &task);
    }
    input += w->input_h * w->input_w * w->input_c;
    output += w->output_h * w->output_w * w->output_c;
  }
}
