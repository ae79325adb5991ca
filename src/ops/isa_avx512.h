// AVX-512 with VNNI, as bodies see it (ops/isa.h).
#pragma once

#if defined(THIMBLE_HOST_BODIES)
THIMBLE_AVX512

struct Isa {
  static constexpr int kLanes = 16;  // of 32 bits
  /// The most vectors of columns in a tile, and the most rows for that many columns, from 1: what the registers hold.
  static constexpr int kColumns = 4;
  static constexpr int kRows[kColumns] = {8, 8, 8, 6};
  using Int = __m512i;
  using Float = __m512;

  static Int load(const std::int32_t* p) { return _mm512_loadu_si512(p); }
  static void store(std::int32_t* p, Int v) { _mm512_storeu_si512(p, v); }
  static Int all(std::int32_t value) { return _mm512_set1_epi32(value); }
  static Int add(Int a, Int b) { return _mm512_add_epi32(a, b); }
  /// v[i] - 1 where v[i] was made of a negative number: where `of`[i] < `bound`[i].
  static Int minus_one_below(Int v, Int of, Int bound) {
    return _mm512_mask_sub_epi32(v, _mm512_cmplt_epi32_mask(of, bound), v, _mm512_set1_epi32(1));
  }
  static Int shift_right(Int v, Int bits) { return _mm512_srav_epi32(v, bits); }
  static Int shift_left(Int v, int bits) { return _mm512_slli_epi32(v, static_cast<unsigned>(bits)); }
  /// The odd lanes in the places of the even ones.
  static Int odd_lanes(Int v) { return _mm512_srli_epi64(v, 32); }
  /// 64 bits of the unsigned even lanes' products and `addend`.
  static Int multiply_add(Int v, Int multiplier, Int addend) {
    return _mm512_add_epi64(_mm512_mul_epu32(v, multiplier), addend);
  }
  /// The upper halves of 64 bits: even and odd lanes.
  static Int high_halves(Int even, Int odd) { return _mm512_mask_shuffle_epi32(odd, 0x5555, even, _MM_PERM_DDBB); }
  /// Lanes from bytes.
  static Int widen(const std::int8_t* p) {
    return _mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  /// Stores the first `count` lanes as bytes, saturated, then clamped to [low, high].
  struct ByteStore {
    __m128i low, high;
    __mmask16 mask;
    ByteStore(int low, int high, int count)
        : low(_mm_set1_epi8(static_cast<char>(low))),
          high(_mm_set1_epi8(static_cast<char>(high))),
          mask(static_cast<__mmask16>(count >= kLanes ? 0xFFFF : (1 << count) - 1)) {}
    void operator()(std::int8_t* p, Int v) const {
      const __m128i bytes = _mm_min_epi8(_mm_max_epi8(_mm512_cvtsepi32_epi8(v), low), high);
      _mm_mask_storeu_epi8(p, mask, bytes);
    }
    /// All lanes of four vectors, one after the other.
    void operator()(std::int8_t* p, Int v0, Int v1, Int v2, Int v3) const {
      Int bytes = _mm512_packs_epi16(_mm512_packs_epi32(v0, v1), _mm512_packs_epi32(v2, v3));
      bytes = _mm512_min_epi8(_mm512_max_epi8(bytes, _mm512_broadcast_i32x4(low)), _mm512_broadcast_i32x4(high));
      const Int order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
      _mm512_storeu_si512(p, _mm512_permutexvar_epi32(order, bytes));
    }
  };

  static Float load(const float* p) { return _mm512_loadu_ps(p); }
  static Float all(float value) { return _mm512_set1_ps(value); }
  static Float add(Float a, Float b) { return _mm512_add_ps(a, b); }
  static Float multiply(Float a, Float b) { return _mm512_mul_ps(a, b); }
  static Float multiply_add(Float a, Float b, Float c) { return _mm512_fmadd_ps(a, b, c); }
  /// `b` where one is NaN.
  static Float least(Float a, Float b) { return _mm512_min_ps(a, b); }
  static Float greatest(Float a, Float b) { return _mm512_max_ps(a, b); }
  static Float to_float(Int v) { return _mm512_cvtepi32_ps(v); }
  static Int multiply(Int a, Int b) { return _mm512_mullo_epi32(a, b); }
  /// thimble_round, of what fits in 32 bits.
  static Int round(Float v) {
    const Int whole = _mm512_cvttps_epi32(v);
    const Float rest = _mm512_sub_ps(v, _mm512_cvtepi32_ps(whole));
    const Int one = _mm512_set1_epi32(1);
    const Int up = _mm512_mask_add_epi32(whole, _mm512_cmp_ps_mask(rest, _mm512_set1_ps(0.5f), _CMP_GE_OQ), whole, one);
    return _mm512_mask_sub_epi32(up, _mm512_cmp_ps_mask(rest, _mm512_set1_ps(-0.5f), _CMP_LE_OQ), whole, one);
  }
  /// NaN stays.
  static Float clamp(Float v, Float low, Float high) { return _mm512_min_ps(high, _mm512_max_ps(low, v)); }
  /// The first `count` lanes.
  static void store(float* p, Float v, int count) {
    if (count >= kLanes) return _mm512_storeu_ps(p, v);
    _mm512_mask_storeu_ps(p, static_cast<__mmask16>((1u << count) - 1), v);
  }
};

/// Products of bytes, four at a time: the image's are made unsigned by adding 128.
struct ByteProduct {
  using Input = std::int8_t;
  using Output = std::int8_t;
  using Element = std::uint8_t;
  using Weight = std::int8_t;
  using Sum = __m512i;
  static constexpr int kGroup = 4;
  static Sum broadcast(const Element* p) {
    std::int32_t group;
    __builtin_memcpy(&group, p, sizeof group);
    return _mm512_set1_epi32(group);
  }
  static Sum load(const Weight* p) { return _mm512_loadu_si512(p); }
  static Sum dot(Sum sum, Sum left, Sum right) { return _mm512_dpbusd_epi32(sum, left, right); }
  static Sum add(Sum a, Sum b) { return _mm512_add_epi32(a, b); }
  static Sum zero() { return _mm512_setzero_si512(); }
  static constexpr bool kUnsigned = true;  // elements are inputs + 128; otherwise inputs + offset
  static Element element(Input input, std::int32_t) { return static_cast<Element>(input ^ 0x80); }
};

/// The same, channel by channel: a group is kGroup rows of the image. A block of channels is kVectors vectors, whose
/// lane i holds channel i / 4 * 4 * kVectors + 4 * vector + i % 4.
struct ByteChannels : ByteProduct {
  static constexpr int kVectors = 4;
  static constexpr int kPixels = 4;  // the most of a tile
  static void weave(const Element* const* rows, Element* to) {
    const Sum a = _mm512_loadu_si512(rows[0]), b = _mm512_loadu_si512(rows[1]);
    const Sum c = _mm512_loadu_si512(rows[2]), d = _mm512_loadu_si512(rows[3]);
    const Sum low_ab = _mm512_unpacklo_epi8(a, b), high_ab = _mm512_unpackhi_epi8(a, b);
    const Sum low_cd = _mm512_unpacklo_epi8(c, d), high_cd = _mm512_unpackhi_epi8(c, d);
    _mm512_storeu_si512(to, _mm512_unpacklo_epi16(low_ab, low_cd));
    _mm512_storeu_si512(to + 64, _mm512_unpackhi_epi16(low_ab, low_cd));
    _mm512_storeu_si512(to + 128, _mm512_unpacklo_epi16(high_ab, high_cd));
    _mm512_storeu_si512(to + 192, _mm512_unpackhi_epi16(high_ab, high_cd));
  }
  /// The first `count` channels of a block, as Isa::store_bytes.
  static void store(Input* p, const Sum (&v)[kVectors], int low, int high, int count) {
    Sum bytes = _mm512_packs_epi16(_mm512_packs_epi32(v[0], v[1]), _mm512_packs_epi32(v[2], v[3]));
    bytes = _mm512_max_epi8(bytes, _mm512_set1_epi8(static_cast<char>(low)));
    bytes = _mm512_min_epi8(bytes, _mm512_set1_epi8(static_cast<char>(high)));
    if (count >= 64) return _mm512_storeu_si512(p, bytes);
    _mm512_mask_storeu_epi8(p, (std::uint64_t{1} << count) - 1, bytes);
  }
};

struct FloatProduct {
  using Input = float;
  using Output = float;
  using Element = float;
  using Weight = float;
  using Sum = __m512;
  static constexpr int kGroup = 1;
  static Sum broadcast(const Element* p) { return _mm512_set1_ps(*p); }
  static Sum load(const Weight* p) { return _mm512_loadu_ps(p); }
  static Sum dot(Sum sum, Sum left, Sum right) { return _mm512_fmadd_ps(left, right, sum); }
  static Sum add(Sum a, Sum b) { return _mm512_add_ps(a, b); }
  static Sum zero() { return _mm512_setzero_ps(); }
  static Element element(Input input, std::int32_t) { return input; }
};

struct FloatChannels : FloatProduct {
  static constexpr int kVectors = 1;
  static constexpr int kPixels = 8;
};

THIMBLE_ISA_END
#endif
