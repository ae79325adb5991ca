/* Conversion between types of elements. */
#ifndef THIMBLE_CAST_KERNEL_H
#define THIMBLE_CAST_KERNEL_H

#include "kernel/kernel.h"

THIMBLE_BEGIN

typedef enum {
  THIMBLE_CAST_F32,
  THIMBLE_CAST_S8,
  THIMBLE_CAST_U8,
  THIMBLE_CAST_S16,
  THIMBLE_CAST_U16,
  THIMBLE_CAST_S32,
  THIMBLE_CAST_U32,
  THIMBLE_CAST_S64,
  THIMBLE_CAST_BOOL
} thimble_cast_type;

typedef struct {
  int32_t count;
  int32_t from, to; /* thimble_cast_type */
} thimble_cast_params;

/* Integers wrap around in a narrower type. Floats are cut towards zero and saturate; NaN becomes the greatest integer.
 */
THIMBLE_KERNEL void thimble_cast(const thimble_cast_params* p, const void* input, void* output);

THIMBLE_END

#endif
