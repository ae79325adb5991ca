#include "ops/zeros_like/zeros_like_kernel.h"

#include <string.h>

THIMBLE_KERNEL void thimble_zeros_like(const thimble_zeros_like_params* p, void* output) {
  memset(output, 0, (size_t)p->bytes);
}
