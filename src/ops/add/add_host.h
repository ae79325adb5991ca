// Host bodies of ADD, where rows of both operands are walked alike.
#pragma once

#include "ops/add/add_kernel.h"
#include "ops/kernel_call.h"

namespace thimble {

/// Of 8-bit integers, not broadcast.
HostFactory add_host(const thimble_add_params& params);
HostFactory add_host(const thimble_add_f32_params& params);

}  // namespace thimble
