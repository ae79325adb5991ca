// Host bodies of CONV_2D. They need constant weights and no groups; otherwise there is none.
#pragma once

#include "ops/conv_2d/conv_2d_hybrid_kernel.h"
#include "ops/conv_2d/conv_2d_kernel.h"
#include "ops/op.h"

namespace thimble {

HostFactory conv_2d_host(const NodeView& node, const thimble_conv_2d_params& params, const KernelConstant& requant);
HostFactory conv_2d_host(const NodeView& node, const thimble_conv_2d_f32_params& params);
HostFactory conv_2d_host(const NodeView& node, const thimble_conv_2d_hybrid_params& params,
                         const KernelConstant& scales);

}  // namespace thimble
