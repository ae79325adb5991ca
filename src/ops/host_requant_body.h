// Body (ops/isa.h): sums -> bytes, by ops/host_requant.h.

namespace {

/// The constants of one vector of channels, in registers.
struct Requant {
  Isa::Int multiplier, bound, half, shift, offset;

  Requant(const HostRequant& r, int vector)
      : multiplier(Isa::load(r.row(vector, HostRequant::kMultiplier))),
        bound(Isa::load(r.row(vector, HostRequant::kBound))),
        half(Isa::load(r.row(vector, HostRequant::kHalf))),
        shift(Isa::load(r.row(vector, HostRequant::kShift))),
        offset(Isa::all(r.output_offset)) {}

  Isa::Int apply(Isa::Int sum) const {
    const Isa::Int rounded = Isa::minus_one_below(Isa::add(Isa::high_mul(sum, multiplier), half), sum, bound);
    return Isa::add(Isa::shift_right(rounded, shift), offset);
  }
};

}  // namespace
