#include "kernel/copy.h"

#include <string.h>

THIMBLE_KERNEL void thimble_copy(const thimble_copy_params* p, const void* input, void* output) {
  if (output != input) memcpy(output, input, (size_t)p->bytes);
}
