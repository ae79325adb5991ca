// What EQUAL, LESS and their kin share.
#pragma once

#include "kernel/comparison.h"
#include "kernel/kernel.h"
#include "ops/op.h"

namespace thimble {

/// The functions that THIMBLE_COMPARISON_KERNELS(NAME) declares, in an operator's folder of the same NAME.
struct ComparisonKernels {
  const char* name;
  void (*f32)(const thimble_broadcast*, const float*, const float*, std::uint8_t*);
  void (*s32)(const thimble_broadcast*, const std::int32_t*, const std::int32_t*, std::uint8_t*);
  void (*s64)(const thimble_broadcast*, const std::int64_t*, const std::int64_t*, std::uint8_t*);
  void (*boolean)(const thimble_broadcast*, const std::uint8_t*, const std::uint8_t*, std::uint8_t*);
  void (*s8)(const thimble_comparison_params*, const std::int8_t*, const std::int8_t*, std::uint8_t*);
  void (*u8)(const thimble_comparison_params*, const std::uint8_t*, const std::uint8_t*, std::uint8_t*);
};
#define THIMBLE_COMPARISON_TABLE(NAME)                                                                  \
  {                                                                                                     \
#NAME, &thimble_##NAME##_f32, &thimble_##NAME##_s32, &thimble_##NAME##_s64, &thimble_##NAME##_bool, \
        &thimble_##NAME##_s8, &thimble_##NAME##_u8                                                      \
  }

/// Truth values, of the broadcast shape. Throws InputError.
std::vector<TensorSpec> infer_comparison(const NodeView& node);

std::vector<KernelCall> lower_comparison(const NodeView& node, const ComparisonKernels& kernels);

int comparison_version(const NodeView& node);

}  // namespace thimble
