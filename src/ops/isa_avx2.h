// AVX2 with FMA, as bodies see it (ops/isa.h).
#pragma once

#if defined(THIMBLE_HOST_BODIES)
THIMBLE_AVX2

struct Isa {
  static constexpr int kLanes = 8;  // of 32 bits
  /// The most vectors of columns in a tile, and the most rows for that many columns, from 1: what the registers hold.
  static constexpr int kColumns = 2;
  static constexpr int kRows[kColumns] = {8, 6};
  using Int = __m256i;
  using Float = __m256;

  static Int load(const std::int32_t* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
  static void store(std::int32_t* p, Int v) { _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), v); }
  static Int all(std::int32_t value) { return _mm256_set1_epi32(value); }
  static Int add(Int a, Int b) { return _mm256_add_epi32(a, b); }
  /// v[i] - 1 where `of`[i] < `bound`[i].
  static Int minus_one_below(Int v, Int of, Int bound) { return _mm256_add_epi32(v, _mm256_cmpgt_epi32(bound, of)); }
  static Int shift_right(Int v, Int bits) { return _mm256_srav_epi32(v, bits); }
  static Int shift_left(Int v, int bits) { return _mm256_slli_epi32(v, bits); }
  /// The odd lanes in the places of the even ones.
  static Int odd_lanes(Int v) { return _mm256_srli_epi64(v, 32); }
  /// 64 bits of the unsigned even lanes' products and `addend`.
  static Int multiply_add(Int v, Int multiplier, Int addend) {
    return _mm256_add_epi64(_mm256_mul_epu32(v, multiplier), addend);
  }
  /// The upper halves of 64 bits: even and odd lanes.
  static Int high_halves(Int even, Int odd) { return _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA); }
  /// Lanes from bytes.
  static Int widen(const std::int8_t* p) {
    return _mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p)));
  }
  /// Stores the first `count` lanes as bytes, saturated, then clamped to [low, high].
  struct ByteStore {
    __m128i low, high;
    int count;
    ByteStore(int low, int high, int count)
        : low(_mm_set1_epi8(static_cast<char>(low))), high(_mm_set1_epi8(static_cast<char>(high))), count(count) {}
    void operator()(std::int8_t* p, Int v) const {
      const __m128i halves = _mm_packs_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
      const __m128i bytes = _mm_min_epi8(_mm_max_epi8(_mm_packs_epi16(halves, halves), low), high);
      if (count >= kLanes) return _mm_storel_epi64(reinterpret_cast<__m128i*>(p), bytes);
      const std::int64_t all = _mm_cvtsi128_si64(bytes);
      __builtin_memcpy(p, &all, static_cast<std::size_t>(count));
    }
    /// All lanes of four vectors, one after the other.
    void operator()(std::int8_t* p, Int v0, Int v1, Int v2, Int v3) const {
      Int bytes = _mm256_packs_epi16(_mm256_packs_epi32(v0, v1), _mm256_packs_epi32(v2, v3));
      bytes = _mm256_max_epi8(bytes, _mm256_broadcastsi128_si256(low));
      bytes = _mm256_min_epi8(bytes, _mm256_broadcastsi128_si256(high));
      const Int order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), _mm256_permutevar8x32_epi32(bytes, order));
    }
  };

  static Float load(const float* p) { return _mm256_loadu_ps(p); }
  static Float all(float value) { return _mm256_set1_ps(value); }
  static Float add(Float a, Float b) { return _mm256_add_ps(a, b); }
  static Float multiply(Float a, Float b) { return _mm256_mul_ps(a, b); }
  static Float multiply_add(Float a, Float b, Float c) { return _mm256_fmadd_ps(a, b, c); }
  /// `b` where one is NaN.
  static Float least(Float a, Float b) { return _mm256_min_ps(a, b); }
  static Float greatest(Float a, Float b) { return _mm256_max_ps(a, b); }
  static Float to_float(Int v) { return _mm256_cvtepi32_ps(v); }
  static Int multiply(Int a, Int b) { return _mm256_mullo_epi32(a, b); }
  /// thimble_round, of what fits in 32 bits. A comparison that holds gives -1.
  static Int round(Float v) {
    const Int whole = _mm256_cvttps_epi32(v);
    const Float rest = _mm256_sub_ps(v, _mm256_cvtepi32_ps(whole));
    const Float up = _mm256_cmp_ps(rest, _mm256_set1_ps(0.5f), _CMP_GE_OQ);
    const Float down = _mm256_cmp_ps(rest, _mm256_set1_ps(-0.5f), _CMP_LE_OQ);
    return _mm256_add_epi32(_mm256_sub_epi32(whole, _mm256_castps_si256(up)), _mm256_castps_si256(down));
  }
  /// NaN stays.
  static Float clamp(Float v, Float low, Float high) { return _mm256_min_ps(high, _mm256_max_ps(low, v)); }
  /// The first `count` lanes.
  static void store(float* p, Float v, int count) {
    if (count >= kLanes) return _mm256_storeu_ps(p, v);
    float lanes[kLanes];
    _mm256_storeu_ps(lanes, v);
    __builtin_memcpy(p, lanes, static_cast<std::size_t>(count) * sizeof(float));
  }
};

/// Products of bytes, widened to 16 bits, two at a time.
struct ByteProduct {
  using Input = std::int8_t;
  using Output = std::int8_t;
  using Element = std::int16_t;
  using Weight = std::int8_t;  // widened as they are read: they take half the memory, and of the time where that counts
  using Sum = __m256i;
  static constexpr int kGroup = 2;
  static Sum broadcast(const Element* p) {
    std::int32_t group;
    __builtin_memcpy(&group, p, sizeof group);
    return _mm256_set1_epi32(group);
  }
  static Sum load(const Weight* p) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static Sum dot(Sum sum, Sum left, Sum right) { return _mm256_add_epi32(sum, _mm256_madd_epi16(left, right)); }
  static Sum add(Sum a, Sum b) { return _mm256_add_epi32(a, b); }
  static Sum zero() { return _mm256_setzero_si256(); }
  static constexpr bool kUnsigned = false;  // elements are inputs + offset
  static Element element(Input input, std::int32_t offset) { return static_cast<Element>(input + offset); }
};

/// The same, channel by channel: a group is kGroup rows of the image. A block of channels is kVectors vectors, whose
/// lane i holds channel i / 4 * 4 * kVectors + 4 * vector + i % 4.
struct ByteChannels : ByteProduct {
  using Weight = std::int16_t;
  static Sum load(const Weight* p) { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)); }
  static constexpr int kVectors = 2;
  static constexpr int kPixels = 4;  // the most of a tile
  static void weave(const Element* const* rows, Element* to) {
    const Sum a = load(rows[0]), b = load(rows[1]);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_unpacklo_epi16(a, b));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + 16), _mm256_unpackhi_epi16(a, b));
  }
  /// The first `count` channels of a block, as Isa::store_bytes.
  static void store(Input* p, const Sum (&v)[kVectors], int low, int high, int count) {
    const Sum words = _mm256_packs_epi32(v[0], v[1]);
    const Sum halves = _mm256_permute4x64_epi64(_mm256_packs_epi16(words, words), 0x08);
    __m128i bytes = _mm_max_epi8(_mm256_castsi256_si128(halves), _mm_set1_epi8(static_cast<char>(low)));
    bytes = _mm_min_epi8(bytes, _mm_set1_epi8(static_cast<char>(high)));
    if (count >= 16) return _mm_storeu_si128(reinterpret_cast<__m128i*>(p), bytes);
    std::int8_t all[16];
    _mm_storeu_si128(reinterpret_cast<__m128i*>(all), bytes);
    __builtin_memcpy(p, all, static_cast<std::size_t>(count));
  }
};

struct FloatProduct {
  using Input = float;
  using Output = float;
  using Element = float;
  using Weight = float;
  using Sum = __m256;
  static constexpr int kGroup = 1;
  static Sum broadcast(const Element* p) { return _mm256_set1_ps(*p); }
  static Sum load(const Weight* p) { return _mm256_loadu_ps(p); }
  static Sum dot(Sum sum, Sum left, Sum right) { return _mm256_fmadd_ps(left, right, sum); }
  static Sum add(Sum a, Sum b) { return _mm256_add_ps(a, b); }
  static Sum zero() { return _mm256_setzero_ps(); }
  static Element element(Input input, std::int32_t) { return input; }
};

struct FloatChannels : FloatProduct {
  static constexpr int kVectors = 1;
  static constexpr int kPixels = 8;
};

THIMBLE_ISA_END
#endif
