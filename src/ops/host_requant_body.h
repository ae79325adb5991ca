// Body (ops/isa.h): sums -> bytes, by ops/host_requant.h.

namespace {

/// The constants of one vector of channels, in registers.
struct Requant {
  Isa::Int multiplier, odd_multiplier, even_addend, odd_addend, bound, shift;

  Requant(const HostRequant& r, int vector)
      : multiplier(Isa::load(r.row(vector, HostRequant::kMultiplier))),
        odd_multiplier(Isa::odd_lanes(multiplier)),
        even_addend(Isa::load(r.row(vector, HostRequant::kEvenAddend))),
        odd_addend(Isa::load(r.row(vector, HostRequant::kOddAddend))),
        bound(Isa::load(r.row(vector, HostRequant::kBound))),
        shift(Isa::load(r.row(vector, HostRequant::kShift))) {}

  Isa::Int apply(Isa::Int sum) const {
    const Isa::Int even = Isa::multiply_add(sum, multiplier, even_addend);
    const Isa::Int odd = Isa::multiply_add(Isa::odd_lanes(sum), odd_multiplier, odd_addend);
    return Isa::shift_right(Isa::minus_one_below(Isa::high_halves(even, odd), sum, bound), shift);
  }
};

}  // namespace
