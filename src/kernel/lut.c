#include "kernel/lut.h"

#include "kernel/lut16.h"

THIMBLE_KERNEL void thimble_lut_8(const thimble_elementwise_params* p, const uint8_t* input,
                                  const THIMBLE_FLASH uint8_t* table, uint8_t* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = table[input[i]];
}

THIMBLE_KERNEL void thimble_lut_16(const thimble_elementwise_params* p, const int16_t* input,
                                   const THIMBLE_FLASH int16_t* table, int16_t* output) {
  for (int32_t i = 0; i < p->count; ++i) output[i] = thimble_lut16(input[i], table);
}
