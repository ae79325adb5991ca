// Body (ops/isa.h): sums of bytes (ops/add/add_host.cpp).

#include "ops/host_requant_body.h"

namespace {

struct Sums {
  const Requant a, b, output;
  const Isa::Int offset_a, offset_b;
  const int left_shift, least, most;

  explicit Sums(const AddPlan& plan)
      : a(plan.a, 0),
        b(plan.b, 0),
        output(plan.output, 0),
        offset_a(Isa::all(plan.offset_a)),
        offset_b(Isa::all(plan.offset_b)),
        left_shift(plan.left_shift),
        least(plan.output.output_min),
        most(plan.output.output_max) {}

  THIMBLE_INLINE Isa::Int scaled(const std::int8_t* from, Isa::Int offset, const Requant& requant) const {
    return requant.apply(Isa::shift_left(Isa::add(Isa::widen(from), offset), left_shift));
  }
  /// Of a vector; reads kLanes of each, and writes `count`.
  THIMBLE_INLINE void add(const std::int8_t* x, const std::int8_t* y, std::int8_t* to, int count) const {
    const Isa::Int sum = Isa::add(scaled(x, offset_a, a), scaled(y, offset_b, b));
    Isa::store_bytes(to, output.apply(sum), least, most, count);
  }
};

}  // namespace

/// The output may lie where an operand lies.
inline void add_bytes(const AddPlan& plan, const std::int8_t* x, const std::int8_t* y, std::int8_t* to) {
  const Sums sums(plan);
  int i = 0;
  for (; i + Isa::kLanes <= plan.count; i += Isa::kLanes) sums.add(x + i, y + i, to + i, Isa::kLanes);
  if (i == plan.count) return;
  const int rest = plan.count - i;
  std::int8_t last_x[Isa::kLanes] = {};
  std::int8_t last_y[Isa::kLanes] = {};
  __builtin_memcpy(last_x, x + i, static_cast<std::size_t>(rest));
  __builtin_memcpy(last_y, y + i, static_cast<std::size_t>(rest));
  sums.add(last_x, last_y, to + i, rest);
}

inline constexpr int kAddLanes = Isa::kLanes;
