#include "ops/depthwise_conv_2d/depthwise_conv_2d_host.h"

#include "ops/host.h"
#include "ops/host_depthwise.h"

namespace thimble {

HostFactory depthwise_conv_2d_host(const NodeView& node, const thimble_depthwise_conv_2d_params& params,
                                   const KernelConstant& requant) {
  if (!constant_from(node, 1)) return {};
  return [params, requant = requant.data, filter = contents(node, 1), bias = contents(node, 2)] {
    return host_depthwise(ByteConvolution{.window = params.window,
                                          .input_offset = params.input_offset,
                                          .output_offset = params.output_offset,
                                          .output_min = params.output_min,
                                          .output_max = params.output_max,
                                          .filter = as<std::int8_t>(filter),
                                          .bias = as<std::int32_t>(bias),
                                          .requant = as<thimble_requant>(requant)});
  };
}

HostFactory depthwise_conv_2d_host(const NodeView& node, const thimble_depthwise_conv_2d_f32_params& params) {
  if (!constant_from(node, 1)) return {};
  return [params, filter = contents(node, 1), bias = contents(node, 2)] {
    return host_depthwise(FloatConvolution{.window = params.window,
                                           .output_min = params.output_min,
                                           .output_max = params.output_max,
                                           .filter = as<float>(filter),
                                           .bias = as<float>(bias)});
  };
}

}  // namespace thimble
