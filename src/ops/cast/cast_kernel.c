#include "ops/cast/cast_kernel.h"

static inline int64_t thimble_cast_load(int32_t type, const void* input, int32_t i) {
  switch (type) {
    case THIMBLE_CAST_S8:
      return ((const int8_t*)input)[i];
    case THIMBLE_CAST_U8:
      return ((const uint8_t*)input)[i];
    case THIMBLE_CAST_S16:
      return ((const int16_t*)input)[i];
    case THIMBLE_CAST_U16:
      return ((const uint16_t*)input)[i];
    case THIMBLE_CAST_S32:
      return ((const int32_t*)input)[i];
    case THIMBLE_CAST_U32:
      return ((const uint32_t*)input)[i];
    case THIMBLE_CAST_S64:
      return ((const int64_t*)input)[i];
    default:
      return ((const uint8_t*)input)[i] != 0;
  }
}

static inline void thimble_cast_store(int32_t type, int64_t value, void* output, int32_t i) {
  switch (type) {
    case THIMBLE_CAST_F32:
      ((float*)output)[i] = (float)value;
      break;
    case THIMBLE_CAST_S8:
    case THIMBLE_CAST_U8:
      ((uint8_t*)output)[i] = (uint8_t)value;
      break;
    case THIMBLE_CAST_S16:
    case THIMBLE_CAST_U16:
      ((uint16_t*)output)[i] = (uint16_t)value;
      break;
    case THIMBLE_CAST_S32:
    case THIMBLE_CAST_U32:
      ((uint32_t*)output)[i] = (uint32_t)value;
      break;
    case THIMBLE_CAST_S64:
      ((int64_t*)output)[i] = value;
      break;
    default:
      ((uint8_t*)output)[i] = value != 0;
  }
}

/* The float as an integer of the type's range. */
static inline int64_t thimble_cast_truncate(int32_t type, float x) {
  static const THIMBLE_FLASH int8_t bits[] = {0, 7, 8, 15, 16, 31, 32, 63};
  const int is_signed =
      type == THIMBLE_CAST_S8 || type == THIMBLE_CAST_S16 || type == THIMBLE_CAST_S32 || type == THIMBLE_CAST_S64;
  const int64_t most = (int64_t)((UINT64_C(1) << bits[type]) - 1u);
  const int64_t least = is_signed ? -most - 1 : 0;
  /* 2^bits and `least` are exact as floats. */
  if (!(x < (float)(UINT64_C(1) << bits[type]))) return most;
  return x <= (float)least ? least : (int64_t)x;
}

THIMBLE_KERNEL void thimble_cast(const thimble_cast_params* p, const void* input, void* output) {
  for (int32_t i = 0; i < p->count; ++i) {
    if (p->from != THIMBLE_CAST_F32) {
      thimble_cast_store(p->to, thimble_cast_load(p->from, input, i), output, i);
    } else if (p->to == THIMBLE_CAST_BOOL) {
      ((uint8_t*)output)[i] = ((const float*)input)[i] != 0.0f;
    } else {
      thimble_cast_store(p->to, thimble_cast_truncate(p->to, ((const float*)input)[i]), output, i);
    }
  }
}
