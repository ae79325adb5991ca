// Host bodies of AVERAGE_POOL_2D.
#pragma once

#include "ops/average_pool_2d/average_pool_2d_kernel.h"
#include "ops/kernel_call.h"

namespace thimble {

/// Of 8-bit integers.
HostFactory average_pool_2d_host(const thimble_average_pool_2d_params& params);
HostFactory average_pool_2d_host(const thimble_average_pool_2d_f32_params& params);

}  // namespace thimble
