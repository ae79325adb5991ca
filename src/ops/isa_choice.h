// For bodies of training's kernels (ops/each_isa.h): choices between lanes, their bits in memory, bytes, transposition.
#pragma once

#include <cstdint>

#include "ops/isa.h"

#if defined(THIMBLE_HOST_BODIES)
THIMBLE_AVX2

/// One bit a lane.
using Choice = __m256;
inline Choice is_greater(__m256 a, __m256 b) { return _mm256_cmp_ps(a, b, _CMP_GT_OQ); }
inline __m256 choose(Choice c, __m256 yes, __m256 no) { return _mm256_blendv_ps(no, yes, c); }
inline Choice choose_bits(Choice c, Choice yes, Choice no) { return _mm256_blendv_ps(no, yes, c); }
inline Choice both(Choice a, Choice b) { return _mm256_and_ps(a, b); }
/// 0 elsewhere.
inline __m256 load_where(Choice c, const float* p) { return _mm256_and_ps(c, _mm256_loadu_ps(p)); }
/// kLanes bits in memory.
inline void save(Choice c, std::uint8_t* p) { *p = static_cast<std::uint8_t>(_mm256_movemask_ps(c)); }
inline Choice restore(const std::uint8_t* p) {
  const __m256i bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
  return _mm256_castsi256_ps(_mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(*p), bit), bit));
}

inline __m256 bytes_to_floats(const std::uint8_t* p) {
  return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
}

inline void transpose(__m256 (&v)[8]) {
  __m256 a[8], b[8];
  for (int i = 0; i < 8; i += 2) {
    a[i] = _mm256_unpacklo_ps(v[i], v[i + 1]);
    a[i + 1] = _mm256_unpackhi_ps(v[i], v[i + 1]);
  }
  for (int i = 0; i < 8; i += 4) {
    b[i] = _mm256_shuffle_ps(a[i], a[i + 2], 0x44);
    b[i + 1] = _mm256_shuffle_ps(a[i], a[i + 2], 0xEE);
    b[i + 2] = _mm256_shuffle_ps(a[i + 1], a[i + 3], 0x44);
    b[i + 3] = _mm256_shuffle_ps(a[i + 1], a[i + 3], 0xEE);
  }
  for (int i = 0; i < 4; ++i) {
    v[i] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x20);
    v[i + 4] = _mm256_permute2f128_ps(b[i], b[i + 4], 0x31);
  }
}

THIMBLE_ISA_END
THIMBLE_AVX512

using Choice = __mmask16;
inline Choice is_greater(__m512 a, __m512 b) { return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ); }
inline __m512 choose(Choice c, __m512 yes, __m512 no) { return _mm512_mask_blend_ps(c, no, yes); }
inline Choice choose_bits(Choice c, Choice yes, Choice no) {
  return static_cast<Choice>((c & yes) | (static_cast<Choice>(~c) & no));
}
inline Choice both(Choice a, Choice b) { return static_cast<Choice>(a & b); }
inline __m512 load_where(Choice c, const float* p) { return _mm512_maskz_loadu_ps(c, p); }
inline void save(Choice c, std::uint8_t* p) { __builtin_memcpy(p, &c, sizeof c); }
inline Choice restore(const std::uint8_t* p) {
  Choice c;
  __builtin_memcpy(&c, p, sizeof c);
  return c;
}

inline __m512 bytes_to_floats(const std::uint8_t* p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))));
}

inline void transpose(__m512 (&v)[16]) {
  __m512 a[16], b[16];
  for (int i = 0; i < 16; i += 2) {
    a[i] = _mm512_unpacklo_ps(v[i], v[i + 1]);
    a[i + 1] = _mm512_unpackhi_ps(v[i], v[i + 1]);
  }
  for (int i = 0; i < 16; i += 4) {
    b[i] = _mm512_shuffle_ps(a[i], a[i + 2], 0x44);
    b[i + 1] = _mm512_shuffle_ps(a[i], a[i + 2], 0xEE);
    b[i + 2] = _mm512_shuffle_ps(a[i + 1], a[i + 3], 0x44);
    b[i + 3] = _mm512_shuffle_ps(a[i + 1], a[i + 3], 0xEE);
  }
  for (int i = 0; i < 4; ++i) {
    a[i] = _mm512_shuffle_f32x4(b[i], b[i + 4], 0x88);
    a[i + 4] = _mm512_shuffle_f32x4(b[i], b[i + 4], 0xDD);
    a[i + 8] = _mm512_shuffle_f32x4(b[i + 8], b[i + 12], 0x88);
    a[i + 12] = _mm512_shuffle_f32x4(b[i + 8], b[i + 12], 0xDD);
  }
  for (int i = 0; i < 4; ++i) {
    v[i] = _mm512_shuffle_f32x4(a[i], a[i + 8], 0x88);
    v[i + 4] = _mm512_shuffle_f32x4(a[i + 4], a[i + 12], 0x88);
    v[i + 8] = _mm512_shuffle_f32x4(a[i], a[i + 8], 0xDD);
    v[i + 12] = _mm512_shuffle_f32x4(a[i + 4], a[i + 12], 0xDD);
  }
}

THIMBLE_ISA_END
#endif
