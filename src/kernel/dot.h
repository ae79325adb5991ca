/* The sum of products that convolutions, dense and recurrent layers are made of. */
#ifndef THIMBLE_DOT_H
#define THIMBLE_DOT_H

#include "kernel/dsp.h"
#include "kernel/fixed_point.h"
#include "kernel/kernel.h"
#include "kernel/mve.h"

/* sum + (x[0] + offset) * weights[0] + ...; may wrap. Built for speed, with the CPU's instructions for it: the form for
 * layers that have no kernels of their own for that CPU. |offset| < 256. */
THIMBLE_HELPER int32_t thimble_dot_s8(int32_t sum, const int8_t* x, const THIMBLE_FLASH int8_t* weights, int32_t count,
                                      int32_t offset) {
#if defined(THIMBLE_MVE) && !defined(__OPTIMIZE_SIZE__)
  register int32_t products __asm__("r0") = sum; /* VMLADAV and VADDV take even registers */
  register int32_t weight_sum __asm__("r2") = 0;
  __asm__(
      "wlstp.8 lr, %[count], 2f\n"
      "1:\n\t"
      "vldrb.8 q0, [%[x]], #16\n\t"
      "vldrb.8 q1, [%[w]], #16\n\t"
      "vmladava.s8 %[products], q0, q1\n\t"
      "vaddva.s8 %[weight_sum], q1\n\t"
      "letp lr, 1b\n"
      "2:\n\t"
      : [products] "+r"(products), [weight_sum] "+r"(weight_sum), [x] "+r"(x), [w] "+r"(weights)
      : [count] "r"(count)
      : "lr", "q0", "q1", "cc", "memory");
  return thimble_wrap_add(products, thimble_wrap_mul(offset, weight_sum));
#else
#if defined(THIMBLE_DSP) && !defined(__OPTIMIZE_SIZE__)
  const uint32_t offsets = thimble_dsp_low_lanes((uint32_t)offset, (uint32_t)offset);
  for (; count >= 4; count -= 4, x += 4, weights += 4) {
    const uint32_t a = thimble_dsp_load(x), b = thimble_dsp_load(weights);
    sum = thimble_dsp_smlad(thimble_dsp_add_even(offsets, a), thimble_dsp_even(b), sum);
    sum = thimble_dsp_smlad(thimble_dsp_add_odd(offsets, a), thimble_dsp_odd(b), sum);
  }
#elif (defined(__ARM_ARCH_7M__) || defined(__riscv)) && !defined(__OPTIMIZE_SIZE__)
  for (; count >= 4; count -= 4, x += 4, weights += 4) {
    sum = thimble_wrap_add(sum, (x[0] + offset) * weights[0]);
    sum = thimble_wrap_add(sum, (x[1] + offset) * weights[1]);
    sum = thimble_wrap_add(sum, (x[2] + offset) * weights[2]);
    sum = thimble_wrap_add(sum, (x[3] + offset) * weights[3]);
  }
#endif
  if (count > 0) {
    do sum = thimble_wrap_add(sum, (*x++ + offset) * *weights++);
    while (--count > 0);
  }
  return sum;
#endif
}

#endif
