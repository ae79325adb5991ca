#include "ops/conv_2d/conv_2d_host.h"

#include "ops/host.h"
#include "ops/host_convolution.h"

namespace thimble {

HostFactory conv_2d_host(const NodeView& node, const thimble_conv_2d_params& params, const KernelConstant& requant) {
  if (!constant_from(node, 1) || params.groups != 1) return {};
  return [params, requant = requant.data, filter = contents(node, 1), bias = contents(node, 2)] {
    return host_convolution(ByteConvolution{.window = params.window,
                                            .input_offset = params.input_offset,
                                            .output_offset = params.output_offset,
                                            .output_min = params.output_min,
                                            .output_max = params.output_max,
                                            .filter = as<std::int8_t>(filter),
                                            .bias = as<std::int32_t>(bias),
                                            .requant = as<thimble_requant>(requant)});
  };
}

HostFactory conv_2d_host(const NodeView& node, const thimble_conv_2d_f32_params& params) {
  if (!constant_from(node, 1) || params.filter_c != params.window.input_c) return {};
  return [params, filter = contents(node, 1), bias = contents(node, 2)] {
    return host_convolution(FloatConvolution{.window = params.window,
                                             .output_min = params.output_min,
                                             .output_max = params.output_max,
                                             .filter = as<float>(filter),
                                             .bias = as<float>(bias)});
  };
}

HostFactory conv_2d_host(const NodeView& node, const thimble_conv_2d_hybrid_params& params,
                         const KernelConstant& scales) {
  if (!constant_from(node, 1) || params.filter_c != params.window.input_c) return {};
  return [params, scales = scales.data, filter = contents(node, 1), bias = contents(node, 2)] {
    return host_convolution(HybridConvolution{.window = params.window,
                                              .asymmetric = params.asymmetric != 0,
                                              .output_min = params.output_min,
                                              .output_max = params.output_max,
                                              .filter = as<std::int8_t>(filter),
                                              .bias = as<float>(bias),
                                              .scales = as<float>(scales)});
  };
}

}  // namespace thimble
