// Float loops that are compiled for several instruction sets; the best that the CPU has is chosen at run time.
//
//   simd([=](auto isa) THIMBLE_INLINE_LAMBDA { scale(isa, x, n); });
//
// The lambda's body, and every THIMBLE_INLINE function that it calls, is inlined into a function for each instruction
// set. Functions that are not inlined still work, but for the baseline's instructions. Vectors are GCC's and clang's
// own; a * b + c is fused where the CPU can (src/CMakeLists.txt asks for that), so that results may differ between
// kinds of CPU, but for nothing else.
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace thimble {

#define THIMBLE_INLINE __attribute__((always_inline)) inline
#define THIMBLE_INLINE_LAMBDA __attribute__((always_inline))
/// Before a loop over a few vectors that are to stay in registers.
#if defined(__clang__)
#define THIMBLE_UNROLL _Pragma("unroll")
#else
#define THIMBLE_UNROLL _Pragma("GCC unroll 16")
#endif

/// Vectors of at most so many floats may be loaded and stored in part.
inline constexpr int kPartLanes = 8;

/// An instruction set as kernels see it: vectors of kLanes floats, and how many registers hold them.
template <int lanes, int registers>
struct Isa {
  static constexpr int kLanes = lanes;
  static constexpr int kRegisters = registers;
  typedef float Vector __attribute__((vector_size(lanes * sizeof(float))));
  /// The same registers, half as wide.
  using Half = Isa<lanes / 2, registers>;
  /// For loops that compare vectors: GCC 12 does that lane by lane when there are 16.
  using Comparing = Isa<(lanes < kPartLanes ? lanes : kPartLanes), registers>;

  /// No alignment is asked for.
  static THIMBLE_INLINE Vector load(const float* p) {
    Vector v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
  }
  static THIMBLE_INLINE void store(float* p, const Vector& v) { __builtin_memcpy(p, &v, sizeof v); }
  /// Likewise for the first `count` lanes, the others being 0. Vectors wider than kPartLanes must be whole.
  static THIMBLE_INLINE Vector load(const float* p, int count) {
    if (kLanes > kPartLanes || count == kLanes) return load(p);
    float lanes_of[kLanes] = {};
    for (int i = 0; i < count; ++i) lanes_of[i] = p[i];
    return load(lanes_of);
  }
  static THIMBLE_INLINE void store(float* p, const Vector& v, int count) {
    if (kLanes > kPartLanes || count == kLanes) return store(p, v);
    float lanes_of[kLanes];
    store(lanes_of, v);
    for (int i = 0; i < count; ++i) p[i] = lanes_of[i];
  }
  static THIMBLE_INLINE Vector all(float value) {
#if defined(__x86_64__) && !defined(__clang__)
    if constexpr (kLanes == 16) {  // GCC 12 would fill the lanes one by one
      Vector v;
      asm("vbroadcastss %1, %0" : "=v"(v) : "v"(value));
      return v;
    }
#endif
    return value - Vector{};
  }
};

/// kAvx512Vnni adds products of bytes; floats are computed as with kAvx512.
enum class SimdLevel { kPortable, kAvx2, kAvx512, kAvx512Vnni };

/// The level that simd() uses: the CPU's best.
SimdLevel simd_level();

/// Uses a lower level from now on, for tests of the other bodies. Returns false when the CPU does not have it.
bool set_simd_level(SimdLevel level);

namespace detail {

#if defined(__x86_64__)
template <typename Body>
__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma"))) void run_avx512(const Body& body) {
  body(Isa<16, 32>{});
}
template <typename Body>
__attribute__((target("avx2,fma"))) void run_avx2(const Body& body) {
  body(Isa<8, 16>{});
}
#endif
template <typename Body>
void run_portable(const Body& body) {
  body(Isa<4, 16>{});
}

}  // namespace detail

/// Runs `body`, a lambda whose argument is the Isa.
template <typename Body>
void simd(const Body& body) {
#if defined(__x86_64__)
  if (simd_level() >= SimdLevel::kAvx512) return detail::run_avx512(body);
  if (simd_level() == SimdLevel::kAvx2) return detail::run_avx2(body);
#endif
  detail::run_portable(body);
}

/// Each lane of `v` at least that of `least` and at most that of `most`; NaN stays.
template <typename I>
THIMBLE_INLINE typename I::Vector clamp_lanes(const typename I::Vector& v, const typename I::Vector& least,
                                              const typename I::Vector& most) {
#if defined(__x86_64__) && !defined(__clang__)
  if constexpr (I::kLanes == 16) {  // not lane by lane; of two operands, one NaN, the second is taken
    typename I::Vector bounded;
    asm("vmaxps %2, %1, %0" : "=v"(bounded) : "v"(least), "v"(v));
    asm("vminps %2, %1, %0" : "=v"(bounded) : "v"(most), "v"(bounded));
    return bounded;
  }
#endif
  using Part = typename I::Comparing;
  constexpr int kParts = I::kLanes / Part::kLanes;
  typename Part::Vector values[kParts], low[kParts], high[kParts];
  __builtin_memcpy(values, &v, sizeof v);
  __builtin_memcpy(low, &least, sizeof v);
  __builtin_memcpy(high, &most, sizeof v);
  for (int i = 0; i < kParts; ++i) {
    values[i] = values[i] < low[i] ? low[i] : values[i];
    values[i] = values[i] > high[i] ? high[i] : values[i];
  }
  typename I::Vector result;
  __builtin_memcpy(&result, values, sizeof result);
  return result;
}

/// The sum of the lanes, in the order of a binary tree.
template <typename I>
THIMBLE_INLINE float sum_of_lanes(const typename I::Vector& v) {
  if constexpr (I::kLanes == 4) {
    return (v[0] + v[2]) + (v[1] + v[3]);
  } else {
    using Half = typename I::Half;
    typename Half::Vector halves[2];
    __builtin_memcpy(halves, &v, sizeof v);
    return sum_of_lanes<Half>(halves[0] + halves[1]);
  }
}

/// Cuts `size` into pieces of at most `most`, all as equal as can be: the size of the first ones.
THIMBLE_INLINE int even_piece(int size, int most) {
  const int pieces = (size + most - 1) / most;
  return (size + pieces - 1) / pieces;
}

}  // namespace thimble
