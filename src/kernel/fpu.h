/* What kernels share that multiply floats on CPUs with a floating-point unit of single precision or, Helium's, vectors
 * of four. Beside each loop in assembly stands a body in plain C. On scalar units a product is rounded before it is
 * added, as in portable kernels: the same bits. Vectors round once. */
#ifndef THIMBLE_FPU_H
#define THIMBLE_FPU_H

#include <stdint.h>
#include <string.h>

#if defined(__arm__) && defined(__GNUC__) && defined(__OPTIMIZE__) && !defined(__clang__)
#if defined(__ARM_FEATURE_MVE) && (__ARM_FEATURE_MVE & 2)
#define THIMBLE_FPU_VECTORS 1
#elif defined(__ARM_FP) && (__ARM_FP & 4)
#define THIMBLE_FPU_LOOPS 1
#endif
#endif

/* A helper that is better called than inlined. */
#if defined(__GNUC__)
#define THIMBLE_FPU_CALLED static __attribute__((noinline, unused))
#else
#define THIMBLE_FPU_CALLED static
#endif

#ifdef THIMBLE_FPU_LOOPS
/* For four filters, W to W + 3, a weight each; `X` is what they are multiplied with. */
#define THIMBLE_FPU_4(S0, S1, S2, S3, W0, W1, W2, W3, X) \
  "vmla.f32 s" #S0 ", s" #W0 ", s" #X                    \
  "\n\t"                                                 \
  "vmla.f32 s" #S1 ", s" #W1 ", s" #X                    \
  "\n\t"                                                 \
  "vmla.f32 s" #S2 ", s" #W2 ", s" #X                    \
  "\n\t"                                                 \
  "vmla.f32 s" #S3 ", s" #W3 ", s" #X "\n\t"
/* The same for four pixels. */
#define THIMBLE_FPU_16(W0, W1, W2, W3, X0, X1, X2, X3) \
  THIMBLE_FPU_4(0, 1, 2, 3, W0, W1, W2, W3, X0)        \
  THIMBLE_FPU_4(4, 5, 6, 7, W0, W1, W2, W3, X1)        \
  THIMBLE_FPU_4(8, 9, 10, 11, W0, W1, W2, W3, X2)      \
  THIMBLE_FPU_4(12, 13, 14, 15, W0, W1, W2, W3, X3)
#endif

static const float thimble_fpu_zeros[16] = {0};

/* `sums`, [4 pixels][4 filters], become `start` and the products of `count` elements of each pixel, `step` elements
 * from one to the next, with weights [count][4 filters]. count > 0. `start` may be `sums`. Returns the end of the
 * weights. */
THIMBLE_FPU_CALLED const float* thimble_fpu_dot_4(const float* weights, const float* x, int32_t step, int32_t count,
                                                  const float* start, float* sums) {
#if defined(THIMBLE_FPU_LOOPS)
  __asm__ volatile(
      "vldmia %[start], {s0-s15}\n\t"
      "add r4, %[x], %[step], lsl #2\n\t"
      "add r5, r4, %[step], lsl #2\n\t"
      "add r6, r5, %[step], lsl #2\n\t"
      "subs %[n], %[n], #2\n\t"
      "blt 2f\n"
      "1:\n\t"
      "vldmia %[w]!, {s16-s23}\n\t"
      "vldmia %[x]!, {s24-s25}\n\t"
      "vldmia r4!, {s26-s27}\n\t"
      "vldmia r5!, {s28-s29}\n\t"
      "vldmia r6!, {s30-s31}\n\t" THIMBLE_FPU_16(16, 17, 18, 19, 24, 26, 28, 30)
          THIMBLE_FPU_16(20, 21, 22, 23, 25, 27, 29, 31)
      "subs %[n], %[n], #2\n\t"
      "bge 1b\n"
      "2:\n\t"
      "adds %[n], %[n], #2\n\t"
      "beq 3f\n\t"
      "vldmia %[w]!, {s16-s19}\n\t"
      "vldr s24, [%[x]]\n\t"
      "vldr s26, [r4]\n\t"
      "vldr s28, [r5]\n\t"
      "vldr s30, [r6]\n\t" THIMBLE_FPU_16(16, 17, 18, 19, 24, 26, 28, 30)
      "3:\n\t"
      "vstmia %[sums], {s0-s15}\n\t"
      : [w] "+r"(weights), [x] "+r"(x), [n] "+r"(count)
      : [step] "r"(step), [start] "r"(start), [sums] "r"(sums)
      : "r4", "r5", "r6", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s14",
        "s15", "s16", "s17", "s18", "s19", "s20", "s21", "s22", "s23", "s24", "s25", "s26", "s27", "s28", "s29", "s30",
        "s31", "cc", "memory");
#elif defined(THIMBLE_FPU_VECTORS)
#define THIMBLE_FPU_VECTOR_2(X, SUM) \
  "ldrd r8, r9, [" X                 \
  "], #8\n\t"                        \
  "vfma.f32 " SUM                    \
  ", q4, r8\n\t"                     \
  "vfma.f32 " SUM ", q5, r9\n\t"
  __asm__ volatile(
      "vldrw.32 q0, [%[start]]\n\t"
      "vldrw.32 q1, [%[start], #16]\n\t"
      "vldrw.32 q2, [%[start], #32]\n\t"
      "vldrw.32 q3, [%[start], #48]\n\t"
      "add r4, %[x], %[step], lsl #2\n\t"
      "add r5, r4, %[step], lsl #2\n\t"
      "add r6, r5, %[step], lsl #2\n\t"
      "lsr r8, %[n], #1\n\t"
      "wls lr, r8, 2f\n"
      "1:\n\t"
      "vldrw.32 q4, [%[w]], #16\n\t"
      "vldrw.32 q5, [%[w]], #16\n\t"
      THIMBLE_FPU_VECTOR_2("%[x]", "q0")
      THIMBLE_FPU_VECTOR_2("r4", "q1")
      THIMBLE_FPU_VECTOR_2("r5", "q2")
      THIMBLE_FPU_VECTOR_2("r6", "q3")
      "le lr, 1b\n"
      "2:\n\t"
      "lsls %[n], %[n], #31\n\t"
      "beq 3f\n\t"
      "vldrw.32 q4, [%[w]], #16\n\t"
      "ldr r8, [%[x]]\n\t"
      "ldr r4, [r4]\n\t"
      "ldr r5, [r5]\n\t"
      "ldr r6, [r6]\n\t"
      "vfma.f32 q0, q4, r8\n\t"
      "vfma.f32 q1, q4, r4\n\t"
      "vfma.f32 q2, q4, r5\n\t"
      "vfma.f32 q3, q4, r6\n"
      "3:\n\t"
      "vstrw.32 q0, [%[sums]]\n\t"
      "vstrw.32 q1, [%[sums], #16]\n\t"
      "vstrw.32 q2, [%[sums], #32]\n\t"
      "vstrw.32 q3, [%[sums], #48]\n\t"
      : [w] "+r"(weights), [x] "+r"(x), [n] "+r"(count)
      : [step] "r"(step), [start] "r"(start), [sums] "r"(sums)
      : "r4", "r5", "r6", "r8", "r9", "lr", "q0", "q1", "q2", "q3", "q4", "q5", "cc", "memory");
#else
  memmove(sums, start, 16 * sizeof(*sums));
  for (; count > 0; --count, ++x, weights += 4) {
    for (int32_t i = 0; i < 4; ++i) {
      for (int32_t j = 0; j < 4; ++j) sums[4 * i + j] += x[i * step] * weights[j];
    }
  }
#endif
  return weights;
}

/* The same for one pixel. */
THIMBLE_FPU_CALLED const float* thimble_fpu_dot_1(const float* weights, const float* x, int32_t count,
                                                  const float* start, float* sums) {
#if defined(THIMBLE_FPU_LOOPS)
  __asm__ volatile(
      "vldmia %[start], {s0-s3}\n\t"
      "subs %[n], %[n], #4\n\t"
      "blt 2f\n"
      "1:\n\t"
      "vldmia %[x]!, {s4-s7}\n\t"
      "vldmia %[w]!, {s8-s23}\n\t" THIMBLE_FPU_4(0, 1, 2, 3, 8, 9, 10, 11, 4)
          THIMBLE_FPU_4(0, 1, 2, 3, 12, 13, 14, 15, 5) THIMBLE_FPU_4(0, 1, 2, 3, 16, 17, 18, 19, 6)
              THIMBLE_FPU_4(0, 1, 2, 3, 20, 21, 22, 23, 7)
      "subs %[n], %[n], #4\n\t"
      "bge 1b\n"
      "2:\n\t"
      "adds %[n], %[n], #4\n\t"
      "beq 4f\n"
      "3:\n\t"
      "vldmia %[x]!, {s4}\n\t"
      "vldmia %[w]!, {s8-s11}\n\t" THIMBLE_FPU_4(0, 1, 2, 3, 8, 9, 10, 11, 4)
      "subs %[n], %[n], #1\n\t"
      "bne 3b\n"
      "4:\n\t"
      "vstmia %[sums], {s0-s3}\n\t"
      : [w] "+r"(weights), [x] "+r"(x), [n] "+r"(count)
      : [start] "r"(start), [sums] "r"(sums)
      : "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12", "s13", "s14", "s15", "s16",
        "s17", "s18", "s19", "s20", "s21", "s22", "s23", "cc", "memory");
#elif defined(THIMBLE_FPU_VECTORS)
  __asm__ volatile(
      "vldrw.32 q0, [%[start]]\n\t"
      "lsr r8, %[n], #1\n\t"
      "wls lr, r8, 2f\n"
      "1:\n\t"
      "vldrw.32 q4, [%[w]], #16\n\t"
      "vldrw.32 q5, [%[w]], #16\n\t"
      THIMBLE_FPU_VECTOR_2("%[x]", "q0")
      "le lr, 1b\n"
      "2:\n\t"
      "lsls %[n], %[n], #31\n\t"
      "beq 3f\n\t"
      "vldrw.32 q4, [%[w]], #16\n\t"
      "ldr r8, [%[x]]\n\t"
      "vfma.f32 q0, q4, r8\n"
      "3:\n\t"
      "vstrw.32 q0, [%[sums]]\n\t"
      : [w] "+r"(weights), [x] "+r"(x), [n] "+r"(count)
      : [start] "r"(start), [sums] "r"(sums)
      : "r8", "r9", "lr", "q0", "q4", "q5", "cc", "memory");
#else
  memmove(sums, start, 4 * sizeof(*sums));
  for (; count > 0; --count, ++x, weights += 4) {
    for (int32_t j = 0; j < 4; ++j) sums[j] += *x * weights[j];
  }
#endif
  return weights;
}

/* How sums become outputs. */
typedef struct {
  int32_t positive; /* 1: what is less than 0 becomes 0 */
  int32_t narrow;   /* 1: what is out of range is clamped */
  float output_min, output_max;
} thimble_fpu_range;

/* Without the clamping. */
static inline float thimble_fpu_cut(const thimble_fpu_range* range, float value) {
  int32_t bits;
  memcpy(&bits, &value, sizeof(bits));
  bits &= ~(bits >> 31 & -range->positive);
  memcpy(&value, &bits, sizeof(bits));
  return value;
}

static inline float thimble_fpu_clamp(const thimble_fpu_range* range, float value) {
  if (!range->narrow) return thimble_fpu_cut(range, value);
  return value < range->output_min ? range->output_min : value > range->output_max ? range->output_max : value;
}

#ifdef THIMBLE_FPU_LOOPS
#define THIMBLE_FPU_ADD_BIAS    \
  "vldmia %[sums], {s0-s3}\n\t" \
  "vldmia %[bias], {s4-s7}\n\t" \
  "vadd.f32 s0, s0, s4\n\t"     \
  "vadd.f32 s1, s1, s5\n\t"     \
  "vadd.f32 s2, s2, s6\n\t"     \
  "vadd.f32 s3, s3, s7\n\t"
/* Outputs of four filters, of which none is clamped. */
static inline void thimble_fpu_finish_4(int32_t positive, const float* sums, const float* bias, float* output) {
  if (positive) {
    __asm__ volatile(THIMBLE_FPU_ADD_BIAS
                     "vmov r2, r3, s0, s1\n\t"
                     "vmov r4, r5, s2, s3\n\t"
                     "bic r2, r2, r2, asr #31\n\t"
                     "bic r3, r3, r3, asr #31\n\t"
                     "bic r4, r4, r4, asr #31\n\t"
                     "bic r5, r5, r5, asr #31\n\t"
                     "stmia %[output], {r2-r5}\n\t"
                     :
                     : [sums] "r"(sums), [bias] "r"(bias), [output] "r"(output)
                     : "r2", "r3", "r4", "r5", "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "memory");
    return;
  }
  __asm__ volatile(THIMBLE_FPU_ADD_BIAS "vstmia %[output], {s0-s3}\n\t"
                   :
                   : [sums] "r"(sums), [bias] "r"(bias), [output] "r"(output)
                   : "s0", "s1", "s2", "s3", "s4", "s5", "s6", "s7", "memory");
}
#endif

/* Outputs of `count` filters, 1 to 4, from their sums and biases. */
static inline void thimble_fpu_finish(const thimble_fpu_range* range, const float* sums, const float* bias,
                                      int32_t count, float* output) {
#ifdef THIMBLE_FPU_VECTORS
  __asm__ volatile(
      "vldrw.32 q0, [%[sums]]\n\t"
      "vldrw.32 q1, [%[bias]]\n\t"
      "vdup.32 q2, %[min]\n\t"
      "vdup.32 q3, %[max]\n\t"
      "vadd.f32 q0, q0, q1\n\t"
      "vmaxnm.f32 q0, q0, q2\n\t"
      "vctp.32 %[count]\n\t"
      "vminnm.f32 q0, q0, q3\n\t"
      "vpst\n\t"
      "vstrwt.32 q0, [%[output]]\n\t"
      :
      : [sums] "r"(sums), [bias] "r"(bias), [min] "r"(range->output_min), [max] "r"(range->output_max),
        [count] "r"(count), [output] "r"(output)
      : "q0", "q1", "q2", "q3", "cc", "memory");
#else
  if (count == 4 && !range->narrow) {
#ifdef THIMBLE_FPU_LOOPS
    thimble_fpu_finish_4(range->positive, sums, bias, output);
#else
    const float v0 = sums[0] + bias[0], v1 = sums[1] + bias[1], v2 = sums[2] + bias[2], v3 = sums[3] + bias[3];
    output[0] = thimble_fpu_cut(range, v0), output[1] = thimble_fpu_cut(range, v1);
    output[2] = thimble_fpu_cut(range, v2), output[3] = thimble_fpu_cut(range, v3);
#endif
    return;
  }
  for (int32_t i = 0; i < count; ++i) output[i] = thimble_fpu_clamp(range, sums[i] + bias[i]);
#endif
}

#endif
