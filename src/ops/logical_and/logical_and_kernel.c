#include "ops/logical_and/logical_and_kernel.h"

THIMBLE_KERNEL void thimble_logical_and(const thimble_broadcast* p, const uint8_t* a, const uint8_t* b,
                                        uint8_t* output) {
  THIMBLE_EACH_PAIR(uint8_t, p, a, b, output, (uint8_t)((x != 0) & (y != 0)));
}
