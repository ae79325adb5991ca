#include "ops/minimum/minimum_kernel.h"

THIMBLE_KERNEL void thimble_minimum_f32(const thimble_minimum_params* p, const float* a, const float* b,
                                        float* output) {
  THIMBLE_EACH_PAIR(float, &p->broadcast, a, b, output, x < y ? x : y);
}

THIMBLE_KERNEL void thimble_minimum_s8(const thimble_minimum_params* p, const int8_t* a, const int8_t* b,
                                       int8_t* output) {
  THIMBLE_EACH_PAIR(int8_t, &p->broadcast, a, b, output, x < y ? x : y);
}

THIMBLE_KERNEL void thimble_minimum_u8(const thimble_minimum_params* p, const uint8_t* a, const uint8_t* b,
                                       uint8_t* output) {
  THIMBLE_EACH_PAIR(uint8_t, &p->broadcast, a, b, output, x < y ? x : y);
}

THIMBLE_KERNEL void thimble_minimum_s16(const thimble_minimum_params* p, const int16_t* a, const int16_t* b,
                                        int16_t* output) {
  THIMBLE_EACH_PAIR(int16_t, &p->broadcast, a, b, output, x < y ? x : y);
}

THIMBLE_KERNEL void thimble_minimum_s32(const thimble_minimum_params* p, const int32_t* a, const int32_t* b,
                                        int32_t* output) {
  THIMBLE_EACH_PAIR(int32_t, &p->broadcast, a, b, output, x < y ? x : y);
}
