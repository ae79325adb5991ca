// Host bodies of FULLY_CONNECTED. They need constant weights without a zero point; otherwise there is none.
#pragma once

#include "ops/fully_connected/fully_connected_kernel.h"
#include "ops/op.h"

namespace thimble {

HostFactory fully_connected_host(const NodeView& node, const thimble_fully_connected_params& params,
                                 const KernelConstant& requant, Rounding rounding);
HostFactory fully_connected_host(const NodeView& node, const thimble_fully_connected_f32_params& params);

}  // namespace thimble
