#include "ops/add/add_host.h"

#include <memory>
#include <utility>

#include "ops/host_requant.h"
#include "ops/simd.h"

namespace thimble {
namespace {

/// What ops/add/add_host_body.h runs: thimble_add_params, with factors as vectors have them, and as `a` the operand
/// with the larger scale, whose factor is 1/2. `output` starts from the offset of `a`, `b` from its own.
struct AddPlan {
  int count;
  int left_shift;
  HostRequant b, output;
};

}  // namespace
}  // namespace thimble

#define THIMBLE_BODY "ops/add/add_host_body.h"
#include "ops/each_isa.h"

namespace thimble {
namespace {

/// Operands that are walked as they lie in memory are one row.
bool is_one_row(const thimble_broadcast& broadcast) {
  return thimble_broadcast_rows(&broadcast) == 1 && broadcast.stride_a[5] == 1 && broadcast.stride_b[5] == 1;
}

/// The output may lie where an operand lies.
template <typename I>
THIMBLE_INLINE void add_floats(I, const thimble_add_f32_params& p, const float* a, const float* b, float* output) {
  const typename I::Vector least = I::all(p.output_min);
  const typename I::Vector most = I::all(p.output_max);
  const int count = p.broadcast.size[5];
  int i = 0;
  for (; i + I::kLanes <= count; i += I::kLanes) {
    I::store(output + i, clamp_lanes<I>(I::load(a + i) + I::load(b + i), least, most));
  }
  for (; i < count; ++i) {
    const float sum = a[i] + b[i];
    output[i] = sum < p.output_min ? p.output_min : sum > p.output_max ? p.output_max : sum;
  }
}

#if defined(THIMBLE_HOST_BODIES)

struct Variant {
  void (*run)(const AddPlan&, const std::int8_t*, const std::int8_t*, std::int8_t*) = nullptr;
  int lanes = 0;
};

/// The same in all lanes; `largest`: of what the factor is applied to.
void set_all(HostRequant& requant, std::int32_t start, thimble_requant factor, std::int64_t largest) {
  for (int lane = 0; lane < requant.lanes; ++lane) requant.set(0, lane, start, factor, largest);
}

bool is_half(thimble_requant factor) { return factor.multiplier == 1 << 30 && factor.shift == 0; }

std::optional<HostKernel> host_add(thimble_add_params p) {
  const Variant variant =
      best_variant<Variant>({avx2::add_bytes, avx2::kAddLanes}, {avx512::add_bytes, avx512::kAddLanes});
  const bool swapped = !is_half(p.requant_a);
  if (swapped) {
    std::swap(p.requant_a, p.requant_b);
    std::swap(p.offset_a, p.offset_b);
  }
  if (!variant.run || !is_half(p.requant_a)) return std::nullopt;
  const std::int64_t largest = std::int64_t{512} << p.left_shift;  // operands with offsets
  auto plan = std::make_shared<AddPlan>();
  plan->count = p.broadcast.size[5];
  plan->left_shift = p.left_shift;
  plan->b = HostRequant(1, variant.lanes, 0, 0, 0);
  set_all(plan->b, p.offset_b * (1 << p.left_shift), p.requant_b, largest);
  plan->output = HostRequant(1, variant.lanes, p.output_offset, p.output_min, p.output_max);
  set_all(plan->output, p.offset_a * (1 << (p.left_shift - 1)), p.requant_output, largest);  // factors are at most 1/2
  if (!plan->b.vectorized || !plan->output.vectorized) return std::nullopt;
  HostKernel kernel;
  kernel.run = [plan, run = variant.run, swapped](void* const* pointers, void*) {
    run(*plan, static_cast<const std::int8_t*>(pointers[swapped ? 1 : 0]),
        static_cast<const std::int8_t*>(pointers[swapped ? 0 : 1]), static_cast<std::int8_t*>(pointers[2]));
  };
  return kernel;
}

#endif

}  // namespace

HostFactory add_host(const thimble_add_params& params) {
#if defined(THIMBLE_HOST_BODIES)
  if (is_one_row(params.broadcast)) return [params] { return host_add(params); };
#endif
  return {};
}

HostFactory add_host(const thimble_add_f32_params& params) {
  if (!is_one_row(params.broadcast)) return {};
  return [params]() -> std::optional<HostKernel> {
    HostKernel kernel;
    kernel.run = [params](void* const* pointers, void*) {
      const auto* a = static_cast<const float*>(pointers[0]);
      const auto* b = static_cast<const float*>(pointers[1]);
      auto* output = static_cast<float*>(pointers[2]);
      simd([=](auto isa) THIMBLE_INLINE_LAMBDA { add_floats(isa, params, a, b, output); });
    };
    return kernel;
  };
}

}  // namespace thimble
