// Body (ops/isa.h): sums of bytes (ops/add/add_host.cpp).

#include "ops/host_requant_body.h"

namespace {

/// `a` has the larger scale, so that its factor is 1/2.
struct Sums {
  const Requant b, output;
  const Isa::Int start_a, start_b;
  const int left_shift;

  explicit Sums(const AddPlan& plan)
      : b(plan.b, 0),
        output(plan.output, 0),
        start_a(Isa::load(plan.output.row(0, HostRequant::kStart))),
        start_b(Isa::load(plan.b.row(0, HostRequant::kStart))),
        left_shift(plan.left_shift) {}

  /// Of kLanes of each operand.
  THIMBLE_INLINE Isa::Int add(const std::int8_t* x, const std::int8_t* y) const {
    const Isa::Int left = Isa::add(Isa::shift_left(Isa::widen(x), left_shift - 1), start_a);
    const Isa::Int right = Isa::add(Isa::shift_left(Isa::widen(y), left_shift), start_b);
    return output.apply(Isa::add(left, b.apply(right)));
  }
};

}  // namespace

/// The output may lie where an operand lies.
inline void add_bytes(const AddPlan& plan, const std::int8_t* x, const std::int8_t* y, std::int8_t* to) {
  const Sums sums(plan);
  const HostRequant& r = plan.output;
  const Isa::ByteStore store(r.output_min, r.output_max, Isa::kLanes);
  constexpr int kBlock = 4 * Isa::kLanes;
  int i = 0;
  for (; i + kBlock <= plan.count; i += kBlock) {
    Isa::Int v[4];
    THIMBLE_UNROLL
    for (int k = 0; k < 4; ++k) v[k] = sums.add(x + i + k * Isa::kLanes, y + i + k * Isa::kLanes);
    store(to + i, v[0], v[1], v[2], v[3]);
  }
  for (; i + Isa::kLanes <= plan.count; i += Isa::kLanes) store(to + i, sums.add(x + i, y + i));
  if (i == plan.count) return;
  const int rest = plan.count - i;
  std::int8_t last_x[Isa::kLanes] = {};
  std::int8_t last_y[Isa::kLanes] = {};
  __builtin_memcpy(last_x, x + i, static_cast<std::size_t>(rest));
  __builtin_memcpy(last_y, y + i, static_cast<std::size_t>(rest));
  const Isa::ByteStore store_rest(r.output_min, r.output_max, rest);
  store_rest(to + i, sums.add(last_x, last_y));
}

inline constexpr int kAddLanes = Isa::kLanes;
