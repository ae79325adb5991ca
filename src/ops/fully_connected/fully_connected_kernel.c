#include "ops/fully_connected/fully_connected_kernel.h"

#include "kernel/dot.h"

THIMBLE_KERNEL void thimble_fully_connected_f32(const thimble_fully_connected_f32_params* p, const float* input,
                                                const THIMBLE_FLASH float* weights, const THIMBLE_FLASH float* bias,
                                                float* output) {
  for (int32_t b = 0; b < p->batches; ++b, input += p->depth) {
    const THIMBLE_FLASH float* row = weights;
    for (int32_t u = 0; u < p->units; ++u, row += p->depth) {
      float sum = 0.0f;
      for (int32_t i = 0; i < p->depth; ++i) sum += input[i] * row[i];
      if (bias) sum += bias[u];
      *output++ = sum < p->output_min ? p->output_min : sum > p->output_max ? p->output_max : sum;
    }
  }
}

static inline int32_t thimble_fully_connected_dot(const thimble_fully_connected_params* p, const int8_t* input,
                                                  const THIMBLE_FLASH int8_t* row, int32_t sum) {
  if (p->weights_offset == 0) return thimble_dot_s8(sum, input, row, p->depth, p->input_offset);
  for (int32_t i = 0; i < p->depth; ++i) {
    sum = thimble_wrap_add(sum, (input[i] + p->input_offset) * (row[i] + p->weights_offset));
  }
  return sum;
}

static inline int32_t thimble_fully_connected_finish(const thimble_fully_connected_params* p, int32_t scaled) {
  return thimble_clamp(thimble_wrap_add(scaled, p->output_offset), p->output_min, p->output_max);
}

THIMBLE_KERNEL void thimble_fully_connected_s8(const thimble_fully_connected_params* p, const int8_t* input,
                                               const THIMBLE_FLASH int8_t* weights, const THIMBLE_FLASH int32_t* bias,
                                               const THIMBLE_FLASH thimble_requant* requant, int8_t* output) {
  for (int32_t b = 0; b < p->batches; ++b, input += p->depth) {
    for (int32_t u = 0; u < p->units; ++u) {
      const thimble_requant factor = thimble_requant_at(requant, u * p->per_channel);
      const int32_t sum = thimble_fully_connected_dot(p, input, weights + u * p->depth, bias ? bias[u] : 0);
      const int32_t scaled = thimble_multiply(sum, factor.multiplier, factor.shift);
      *output++ = (int8_t)thimble_fully_connected_finish(p, scaled);
    }
  }
}

THIMBLE_KERNEL void thimble_fully_connected_s8_once(const thimble_fully_connected_params* p, const int8_t* input,
                                                    const THIMBLE_FLASH int8_t* weights,
                                                    const THIMBLE_FLASH int32_t* bias,
                                                    const THIMBLE_FLASH thimble_requant* requant, int8_t* output) {
  for (int32_t b = 0; b < p->batches; ++b, input += p->depth) {
    for (int32_t u = 0; u < p->units; ++u) {
      const thimble_requant factor = thimble_requant_at(requant, u * p->per_channel);
      const int32_t sum = thimble_fully_connected_dot(p, input, weights + u * p->depth, bias ? bias[u] : 0);
      const int32_t scaled = thimble_multiply_once(sum, factor.multiplier, factor.shift);
      *output++ = (int8_t)thimble_fully_connected_finish(p, scaled);
    }
  }
}

THIMBLE_KERNEL void thimble_fully_connected_u8(const thimble_fully_connected_params* p, const uint8_t* input,
                                               const THIMBLE_FLASH uint8_t* weights, const THIMBLE_FLASH int32_t* bias,
                                               const THIMBLE_FLASH thimble_requant* requant, uint8_t* output) {
  for (int32_t b = 0; b < p->batches; ++b, input += p->depth) {
    for (int32_t u = 0; u < p->units; ++u) {
      const thimble_requant factor = thimble_requant_at(requant, u * p->per_channel);
      const THIMBLE_FLASH uint8_t* row = weights + u * p->depth;
      int32_t sum = bias ? bias[u] : 0;
      for (int32_t i = 0; i < p->depth; ++i) {
        sum = thimble_wrap_add(sum, (input[i] + p->input_offset) * (row[i] + p->weights_offset));
      }
      sum = thimble_multiply(sum, factor.multiplier, factor.shift);
      *output++ = (uint8_t)thimble_fully_connected_finish(p, sum);
    }
  }
}

THIMBLE_KERNEL void thimble_fully_connected_s16(const thimble_fully_connected_params* p, const int16_t* input,
                                                const THIMBLE_FLASH int8_t* weights, const THIMBLE_FLASH int64_t* bias,
                                                const THIMBLE_FLASH thimble_requant* requant, int16_t* output) {
  for (int32_t b = 0; b < p->batches; ++b, input += p->depth) {
    for (int32_t u = 0; u < p->units; ++u) {
      const thimble_requant factor = thimble_requant_at(requant, u * p->per_channel);
      const THIMBLE_FLASH int8_t* row = weights + u * p->depth;
      int64_t sum = bias ? bias[u] : 0;
      for (int32_t i = 0; i < p->depth; ++i) {
        sum = thimble_wrap_add_64(sum, (int32_t)(input[i] + p->input_offset) * (row[i] + p->weights_offset));
      }
      const int32_t scaled = thimble_multiply_64(sum, factor.multiplier, factor.shift);
      *output++ = (int16_t)thimble_fully_connected_finish(p, scaled);
    }
  }
}

THIMBLE_KERNEL void thimble_fully_connected_s16_b32(const thimble_fully_connected_params* p, const int16_t* input,
                                                    const THIMBLE_FLASH int8_t* weights,
                                                    const THIMBLE_FLASH int32_t* bias,
                                                    const THIMBLE_FLASH thimble_requant* requant, int16_t* output) {
  for (int32_t b = 0; b < p->batches; ++b, input += p->depth) {
    for (int32_t u = 0; u < p->units; ++u) {
      const thimble_requant factor = thimble_requant_at(requant, u * p->per_channel);
      const THIMBLE_FLASH int8_t* row = weights + u * p->depth;
      int32_t sum = bias ? bias[u] : 0;
      for (int32_t i = 0; i < p->depth; ++i) {
        sum = thimble_wrap_add(sum, (input[i] + p->input_offset) * (row[i] + p->weights_offset));
      }
      sum = thimble_multiply(sum, factor.multiplier, factor.shift);
      *output++ = (int16_t)thimble_fully_connected_finish(p, sum);
    }
  }
}
