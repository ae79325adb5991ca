// Body (ops/isa.h): floats -> bytes, quantized on the fly as kernel/hybrid.h does it.

namespace {

/// thimble_hybrid_range_of, for any count.
inline thimble_hybrid_range range_of(const float* x, std::ptrdiff_t count) {
  Isa::Float min = Isa::all(0.0f), max = min;
  std::ptrdiff_t i = 0;
  for (; i + Isa::kLanes <= count; i += Isa::kLanes) {
    min = Isa::least(Isa::load(x + i), min);
    max = Isa::greatest(Isa::load(x + i), max);
  }
  float lanes[2][Isa::kLanes];
  Isa::store(lanes[0], min, Isa::kLanes);
  Isa::store(lanes[1], max, Isa::kLanes);
  thimble_hybrid_range range = thimble_hybrid_range_of(x + i, static_cast<std::int32_t>(count - i));
  for (int k = 0; k < Isa::kLanes; ++k) {
    if (lanes[0][k] < range.min) range.min = lanes[0][k];
    if (lanes[1][k] > range.max) range.max = lanes[1][k];
  }
  return range;
}

/// thimble_hybrid_quantize, for any count.
inline thimble_hybrid_row quantize_image(const float* x, std::ptrdiff_t count, bool asymmetric, std::int8_t* q) {
  const thimble_hybrid_range range = range_of(x, count);
  const thimble_hybrid_row row = asymmetric ? thimble_hybrid_asymmetric(range) : thimble_hybrid_symmetric(range);
  const int low = asymmetric ? -128 : -127;
  const Isa::ByteStore store(low, 127, Isa::kLanes);
  const Isa::Float inverse = Isa::all(row.inverse);
  const Isa::Float offset = Isa::all(static_cast<float>(row.offset));
  std::ptrdiff_t i = 0;
  for (; i + Isa::kLanes <= count; i += Isa::kLanes) {
    store(q + i, Isa::round(Isa::add(offset, Isa::multiply(Isa::load(x + i), inverse))));
  }
  for (; i < count; ++i) q[i] = thimble_hybrid_quantized(x[i], &row, low);
  return row;
}

}  // namespace
