#include "ops/fully_connected/fully_connected_host.h"

#include "ops/host.h"
#include "ops/host_convolution.h"

namespace thimble {
namespace {

/// A pixel of `depth` channels for each batch, seen by windows of one pixel.
thimble_window window_of_pixels(int batches, int depth, int units) {
  thimble_window w{};
  w.batches = w.input_h = w.output_h = w.filter_h = w.filter_w = 1;
  w.stride_h = w.stride_w = w.dilation_h = w.dilation_w = 1;
  w.input_w = w.output_w = batches;
  w.input_c = depth;
  w.output_c = units;
  return w;
}

}  // namespace

HostFactory fully_connected_host(const NodeView& node, const thimble_fully_connected_params& params,
                                 const KernelConstant& requant, Rounding rounding) {
  if (!constant_from(node, 1) || params.weights_offset != 0) return {};
  return [params, rounding, requant = requant.data, weights = contents(node, 1), bias = contents(node, 2)] {
    return host_convolution(ByteConvolution{.window = window_of_pixels(params.batches, params.depth, params.units),
                                            .input_offset = params.input_offset,
                                            .output_offset = params.output_offset,
                                            .output_min = params.output_min,
                                            .output_max = params.output_max,
                                            .filter = as<std::int8_t>(weights),
                                            .bias = as<std::int32_t>(bias),
                                            .requant = as<thimble_requant>(requant),
                                            .per_channel = params.per_channel != 0,
                                            .round_once = rounding == Rounding::kLitert});
  };
}

HostFactory fully_connected_host(const NodeView& node, const thimble_fully_connected_f32_params& params) {
  if (!constant_from(node, 1)) return {};
  return [params, weights = contents(node, 1), bias = contents(node, 2)] {
    return host_convolution(FloatConvolution{.window = window_of_pixels(params.batches, params.depth, params.units),
                                             .output_min = params.output_min,
                                             .output_max = params.output_max,
                                             .filter = as<float>(weights),
                                             .bias = as<float>(bias)});
  };
}

}  // namespace thimble
