#include "ops/log_softmax/log_softmax_kernel.h"

#include <math.h>

#include "kernel/fixed_exp.h"

THIMBLE_KERNEL void thimble_log_softmax_f32(const thimble_log_softmax_f32_params* p, const float* input,
                                            float* output) {
  for (int32_t row = 0; row < p->rows; ++row, input += p->depth, output += p->depth) {
    float max = input[0];
    float sum = 0.0f;
    for (int32_t i = 1; i < p->depth; ++i) max = input[i] > max ? input[i] : max;
    for (int32_t i = 0; i < p->depth; ++i) sum += expf(input[i] - max);
    const float log_sum = logf(sum);
    for (int32_t i = 0; i < p->depth; ++i) output[i] = input[i] - max - log_sum;
  }
}

/* log(r) for r in [sqrt(1/2), 1), Q0.31, less what the power of two adds, as a rational function about (1/2)^(1/4). The
 * result is num / (1 + denominator). */
static inline int32_t thimble_log_softmax_fraction(int32_t r) {
  const int32_t sqrt_sqrt_half = 1805811301;
  const int32_t p = (int32_t)(((int64_t)r + sqrt_sqrt_half + (r >= -sqrt_sqrt_half ? 1 : -1)) / 2);
  int32_t q = thimble_wrap_sub(r, sqrt_sqrt_half);
  q = thimble_wrap_add(q, q);
  const int32_t q2 = thimble_high_mul(q, q);
  const int32_t q3 = thimble_high_mul(thimble_high_mul(q, q2), 117049297);
  const int32_t num = thimble_wrap_add(thimble_high_mul(q, r), q3);
  const int32_t inner = thimble_wrap_add(thimble_wrap_add(1057819769, q), thimble_high_mul(127690142, q2));
  const int32_t denominator = thimble_wrap_add(thimble_high_mul(p, inner), thimble_high_mul(638450708, q));
  return thimble_high_mul(thimble_rounding_shift(num, 6), thimble_one_over_one_plus(denominator));
}

static inline int32_t thimble_log_softmax_at_least_0(int32_t x) { return x < 0 ? 0 : x; }

/* log(x) for x >= 1 in Q12.19; Q5.26. x is taken as r * 2^n with either of two remainders r, one from x and one from
 * x * sqrt(1/2): the smaller serves better. */
static inline int32_t thimble_log_softmax_log(int32_t x) {
  const int32_t sqrt_half = 1518500250;
  const int32_t log_2 = 1488522236;
  const int32_t quarter = INT32_C(1) << 23; /* Q6.25 */
  const int zeros_a = thimble_leading_zeros((uint32_t)x);
  const int32_t shifted = thimble_saturating_shl(x, thimble_log_softmax_at_least_0(zeros_a - 1));
  const int32_t r_a = thimble_saturating_shl(thimble_high_mul(shifted, sqrt_half), 1);
  const int32_t power_a = thimble_wrap_add(thimble_wrap_shl(12 - zeros_a, 25), quarter);
  const int zeros_b =
      thimble_log_softmax_at_least_0(thimble_leading_zeros((uint32_t)thimble_high_mul(x, sqrt_half)) - 1);
  const int32_t r_b = thimble_saturating_shl(x, zeros_b);
  const int32_t power_b = thimble_wrap_sub(thimble_wrap_shl(12 - zeros_b, 25), quarter);
  const int32_t fraction = thimble_log_softmax_fraction(r_a < r_b ? r_a : r_b);
  const int32_t whole = thimble_high_mul(power_a > power_b ? power_a : power_b, log_2);
  return thimble_saturating_shl(thimble_wrap_add(whole, fraction), 1);
}

static inline int32_t thimble_log_softmax_rescale(const thimble_log_softmax_params* p, int32_t diff) {
  return thimble_multiply(diff, p->requant.multiplier, p->requant.shift);
}

static inline int32_t thimble_log_softmax_sum(const thimble_log_softmax_params* p, const int8_t* input, int32_t max) {
  int32_t sum = 0;
  for (int32_t i = 0; i < p->depth; ++i) {
    if (input[i] - max < p->diff_min) continue;
    const int32_t exp = thimble_exp_negative(thimble_log_softmax_rescale(p, input[i] - max), 5);
    sum = thimble_wrap_add(sum, thimble_rounding_shift(exp, 12));
  }
  return sum;
}

THIMBLE_KERNEL void thimble_log_softmax_s8(const thimble_log_softmax_params* p, const int8_t* input, int8_t* output) {
  for (int32_t row = 0; row < p->rows; ++row, input += p->depth, output += p->depth) {
    int32_t max = INT8_MIN;
    for (int32_t i = 0; i < p->depth; ++i) max = input[i] > max ? input[i] : max;
    const int32_t log_sum = thimble_log_softmax_log(thimble_log_softmax_sum(p, input, max));
    const int32_t least =
        thimble_multiply(thimble_wrap_add(log_sum, INT32_MIN), p->reverse.multiplier, p->reverse.shift);
    const int32_t limit = least > p->diff_min - 1 ? least : p->diff_min - 1;
    for (int32_t i = 0; i < p->depth; ++i) {
      const int32_t diff = input[i] - max;
      const int32_t log = thimble_wrap_sub(thimble_log_softmax_rescale(p, diff), log_sum);
      output[i] = INT8_MIN;
      if (diff > limit) output[i] = (int8_t)thimble_clamp(thimble_rounding_shift(log, 22) + 127, INT8_MIN, INT8_MAX);
    }
  }
}
