#include "ops/transpose_conv/transpose_conv_window.h"

#include <algorithm>

namespace thimble {
namespace {

/// Of the convolution that this one transposes, as TFLite computes it: from the output's size. Nothing ties the input's
/// size to it; input pixels that fall outside of the output do not count.
int pad_before(const std::string& padding, int output, int filter, int stride) {
  require(padding == "SAME" || padding == "VALID", "padding '{}', expected SAME or VALID", padding);
  const std::int64_t reach = padding == "SAME" ? output - 1 : output - filter;
  const std::int64_t steps = (reach + stride) / stride - 1;
  const std::int64_t total = std::max<std::int64_t>(0, steps * stride + filter - output);
  require(total < (1 << 28), "a filter of {} is too large", filter);
  return static_cast<int>(total / 2);
}

}  // namespace

thimble_window transpose_conv_window(const NodeView& node, const Shape& output) {
  const Shape& input = node.input(2).shape;
  const Shape& filter = node.input(1).shape;
  const Attributes& attributes = node.attributes();
  thimble_window window{};
  window.batches = input[0];
  window.input_h = input[1];
  window.input_w = input[2];
  window.input_c = input[3];
  window.filter_h = filter[1];
  window.filter_w = filter[2];
  window.output_h = output[1];
  window.output_w = output[2];
  window.output_c = output[3];
  window.stride_h = attributes.integer("stride_h");
  window.stride_w = attributes.integer("stride_w");
  require(window.stride_h > 0 && window.stride_w > 0, "strides of {} and {}; both must be positive", window.stride_h,
          window.stride_w);
  window.dilation_h = 1;
  window.dilation_w = 1;
  const std::string& padding = attributes.text("padding");
  window.pad_top = pad_before(padding, window.output_h, window.filter_h, window.stride_h);
  window.pad_left = pad_before(padding, window.output_w, window.filter_w, window.stride_w);
  return window;
}

}  // namespace thimble
