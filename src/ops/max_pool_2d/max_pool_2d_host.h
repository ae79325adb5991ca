// Host bodies of MAX_POOL_2D.
#pragma once

#include "ops/kernel_call.h"
#include "ops/max_pool_2d/max_pool_2d_kernel.h"

namespace thimble {

/// Of 8-bit integers.
HostFactory max_pool_2d_host(const thimble_max_pool_2d_params& params);
HostFactory max_pool_2d_host(const thimble_max_pool_2d_f32_params& params);

}  // namespace thimble
