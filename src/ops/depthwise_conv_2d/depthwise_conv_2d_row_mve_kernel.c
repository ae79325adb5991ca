#include "ops/depthwise_conv_2d/depthwise_conv_2d_row_mve_kernel.h"

/* `count` bytes that lie `step` bytes apart, side by side. */
THIMBLE_MVE_CALLED void thimble_depthwise_conv_2d_row_mve_copy(int8_t* to, const int8_t* from, int32_t count,
                                                               int32_t step) {
#ifdef THIMBLE_MVE
  int32_t counter = 0;
  __asm__ volatile(
      "vidup.u16 q1, %[counter], #1\n\t"
      "vmul.i16 q1, q1, %[step]\n\t"
      "wlstp.16 lr, %[count], 2f\n"
      "1:\n\t"
      "vldrb.u16 q0, [%[from], q1]\n\t"
      "vstrb.16 q0, [%[to]], #8\n\t"
      "add %[from], %[from], %[step], lsl #3\n\t"
      "letp lr, 1b\n"
      "2:\n\t"
      : [to] "+r"(to), [from] "+r"(from), [counter] "+Te"(counter)
      : [count] "r"(count), [step] "r"(step)
      : "lr", "q0", "q1", "cc", "memory");
#else
  for (int32_t i = 0; i < count; ++i) to[i] = from[i * step];
#endif
}

/* What the assembly below reads, in this order. */
typedef struct {
  const int8_t* row;
  const thimble_depthwise_conv_2d_row_mve_channel* channel;
  int8_t* output;
  int32_t count;
  int32_t stride; /* in the row */
  int32_t step;   /* bytes from one output to the next */
  int32_t zero_point;
} thimble_depthwise_conv_2d_row_mve_task;

/* One channel of the outputs. */
THIMBLE_MVE_CALLED void thimble_depthwise_conv_2d_row_mve_channel_outputs(
    const thimble_depthwise_conv_2d_row_mve_task* task) {
#ifdef THIMBLE_MVE
#define THIMBLE_DEPTHWISE_CONV_2D_ROW_MVE_SUM(SUM) \
  "vldrb.8 q0, [r3]\n\t"                           \
  "add r3, r3, r5\n\t"                             \
  "vmladava.s8 " SUM ", q0, q7\n\t"
  /* r3: row, r5: stride, r7: outputs left, r8: bias, r9: multiplier, r10: shift, r11: output, lr: four steps, q5: the
   * zero point, q6: where four outputs go, q7: weights. */
  register const thimble_depthwise_conv_2d_row_mve_task* r12 __asm__("r12") = task;
  __asm__ volatile(
      "ldr r3, [r12]\n\t"
      "ldr r1, [r12, #4]\n\t"
      "ldr r11, [r12, #8]\n\t"
      "ldr r7, [r12, #12]\n\t"
      "ldr r5, [r12, #16]\n\t"
      "ldr lr, [r12, #20]\n\t"
      "ldr r0, [r12, #24]\n\t"
      "vdup.16 q5, r0\n\t"
      "mov r0, #0\n\t"
      "vidup.u32 q6, r0, #1\n\t"
      "vmul.i32 q6, q6, lr\n\t"
      "lsl lr, lr, #2\n\t"
      "ldrd r8, r9, [r1], #8\n\t"
      "ldr r10, [r1], #4\n\t"
      "vldrb.8 q7, [r1]\n"
      "1:\n\t"
      "mov r0, r8\n\t"
      "mov r2, r8\n\t"
      "mov r4, r8\n\t"
      "mov r6, r8\n\t"                             //
      THIMBLE_DEPTHWISE_CONV_2D_ROW_MVE_SUM("r0")  //
      THIMBLE_DEPTHWISE_CONV_2D_ROW_MVE_SUM("r2")  //
      THIMBLE_DEPTHWISE_CONV_2D_ROW_MVE_SUM("r4")  //
      THIMBLE_DEPTHWISE_CONV_2D_ROW_MVE_SUM("r6")  //
      "vmov q0[2], q0[0], r0, r4\n\t"
      "vmov q0[3], q0[1], r2, r6\n\t"
      "mov r0, #1\n\t"
      "vqrdmulh.s32 q0, q0, r9\n\t" THIMBLE_MVE_AWAY("q0", "r0")
      "vrshl.s32 q0, r10\n\t"
      "vqmovnb.s32 q0, q0\n\t"
      "vqadd.s16 q0, q0, q5\n\t"
      "vqmovnb.s16 q0, q0\n\t"
      "vctp.32 r7\n\t"
      "vpst\n\t"
      "vstrbt.32 q0, [r11, q6]\n\t"
      "add r11, r11, lr\n\t"
      "subs r7, r7, #4\n\t"
      "bgt 1b\n\t"
      : "+r"(r12)
      :
      : THIMBLE_MVE_CLOBBERS);
#else
  const thimble_depthwise_conv_2d_row_mve_channel* channel = task->channel;
  for (int32_t x = 0; x < task->count; ++x) {
    const int32_t products = thimble_mve_dot(task->row + x * task->stride, channel->weights, 16);
    task->output[x * task->step] = thimble_mve_requantize(thimble_wrap_add(channel->bias, products),
                                                          channel->multiplier, channel->shift, 1, task->zero_point);
  }
#endif
}

THIMBLE_SHARED_KERNEL void thimble_depthwise_conv_2d_row_mve(const thimble_depthwise_conv_2d_row_mve_params* p,
                                                             const int8_t* input,
                                                             const thimble_depthwise_conv_2d_row_mve_channel* channels,
                                                             int8_t* row, int8_t* output) {
  const thimble_window* w = &p->window;
  const int32_t outputs = w->output_w * w->output_c;
  thimble_mve_fill(row, p->input_zero_point, p->row_bytes);
  for (int32_t b = 0; b < w->batches; ++b, input += w->input_w * w->input_c, output += outputs) {
    for (int32_t c = 0; c < w->output_c; ++c) {
      const thimble_depthwise_conv_2d_row_mve_task task = {row,         channels + c, output + c,   w->output_w,
                                                           w->stride_w, w->output_c,  p->zero_point};
      thimble_depthwise_conv_2d_row_mve_copy(row + w->pad_left, input + c, w->input_w, w->input_c);
      thimble_depthwise_conv_2d_row_mve_channel_outputs(&task);
    }
    if (p->narrow) thimble_mve_clamp(output, outputs, p->output_min, p->output_max);
  }
}
