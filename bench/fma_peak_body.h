// The body of fma_peak.cpp, for one instruction set: ten chains that do not wait for each other, and begin apart
// so that the compiler does not make one of them.
inline double fma_rate() {
  using Float = Isa::Float;
  const Float x = Isa::all(0.999f), y = Isa::all(1e-3f);
  Float a = Isa::all(0.0f), b = Isa::all(0.1f), c = Isa::all(0.2f), d = Isa::all(0.3f), e = Isa::all(0.4f);
  Float f = Isa::all(0.5f), g = Isa::all(0.6f), h = Isa::all(0.7f), i = Isa::all(0.8f), j = Isa::all(0.9f);
  constexpr int kRounds = 30, kSteps = 200000;
  double best = 0.0;
  for (int round = 0; round < kRounds; ++round) {
    const double start = seconds();
    for (int step = 0; step < kSteps; ++step) {
      a = Isa::multiply_add(a, x, y), b = Isa::multiply_add(b, x, y);
      c = Isa::multiply_add(c, x, y), d = Isa::multiply_add(d, x, y);
      e = Isa::multiply_add(e, x, y), f = Isa::multiply_add(f, x, y);
      g = Isa::multiply_add(g, x, y), h = Isa::multiply_add(h, x, y);
      i = Isa::multiply_add(i, x, y), j = Isa::multiply_add(j, x, y);
    }
    best = std::max(best, 2.0 * kSteps * 10 * Isa::kLanes / (seconds() - start) / 1e9);
  }
  Float sum = a;
  for (const Float& chain : {b, c, d, e, f, g, h, i, j}) sum = Isa::add(sum, chain);
  float lanes[Isa::kLanes];
  Isa::store(lanes, sum, Isa::kLanes);
  sink = lanes[0];
  return best;
}
