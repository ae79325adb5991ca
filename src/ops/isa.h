// Instruction sets for code in intrinsics. What stands between THIMBLE_AVX2 (or THIMBLE_AVX512) and THIMBLE_ISA_END is
// in a namespace of its own and compiled for that set; call it only when simd_level() says that the CPU has it.
//
// Code for all sets is written once, against `Isa` and the kinds of numbers below, in a file NAME_body.h that is
// included once for each set (ops/each_isa.h). Bodies hold plain functions: lambdas would be compiled for the baseline.
#pragma once

#include "ops/simd.h"

#if defined(__x86_64__)
#define THIMBLE_HOST_BODIES 1

// g++ 12 warns of its own header's placeholders (its bug 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#pragma GCC diagnostic pop

#define THIMBLE_PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define THIMBLE_ISA_BEGIN(name, features)                                                      \
  THIMBLE_PRAGMA(clang attribute push(__attribute__((target(features))), apply_to = function)) \
  namespace thimble::name {
#define THIMBLE_ISA_END \
  }                     \
  THIMBLE_PRAGMA(clang attribute pop)
#else
#define THIMBLE_ISA_BEGIN(name, features) \
  THIMBLE_PRAGMA(GCC push_options)        \
  THIMBLE_PRAGMA(GCC target(features))    \
  namespace thimble::name {
#define THIMBLE_ISA_END \
  }                     \
  THIMBLE_PRAGMA(GCC pop_options)
#endif
#define THIMBLE_AVX2 THIMBLE_ISA_BEGIN(avx2, "avx2,fma")
#define THIMBLE_AVX512 THIMBLE_ISA_BEGIN(avx512, "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")

#include "ops/isa_avx2.h"
#include "ops/isa_avx512.h"

namespace thimble {

/// The one of two that the CPU runs best; `Variant{}` when it runs neither.
template <typename Variant>
Variant best_variant(const Variant& avx2, const Variant& avx512) {
  if (simd_level() >= SimdLevel::kAvx512Vnni) return avx512;
  return simd_level() >= SimdLevel::kAvx2 ? avx2 : Variant{};
}

}  // namespace thimble
#endif
