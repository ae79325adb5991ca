// Host bodies of DEPTHWISE_CONV_2D. They need constant weights; otherwise there is none.
#pragma once

#include "ops/depthwise_conv_2d/depthwise_conv_2d_kernel.h"
#include "ops/op.h"

namespace thimble {

HostFactory depthwise_conv_2d_host(const NodeView& node, const thimble_depthwise_conv_2d_params& params,
                                   const KernelConstant& requant);
HostFactory depthwise_conv_2d_host(const NodeView& node, const thimble_depthwise_conv_2d_f32_params& params);

}  // namespace thimble
