#include "ops/conv_2d/conv_2d_geometry.h"

#include <algorithm>
#include <numeric>

namespace thimble {

bool conv_2d_is_pointwise(const thimble_window& w) {
  return w.filter_h == 1 && w.filter_w == 1 && w.stride_h == 1 && w.stride_w == 1;
}

thimble_window conv_2d_as_row(thimble_window w) {
  w.input_w = w.output_w = w.batches * w.output_h * w.output_w;
  w.batches = w.input_h = w.output_h = 1;
  return w;
}

bool conv_2d_pays_to_copy(const NodeView& node, const thimble_window& w) {
  const auto reads = [&](std::ptrdiff_t sum, const Node& reader) {
    return sum + std::ranges::count(reader.inputs, node.input_id(0));
  };
  const auto& nodes = node.graph().nodes;
  return w.batches == 1 && w.dilation_h == 1 && 2 * w.filter_h <= w.input_h && w.pad_top < w.filter_h &&
         w.output_w * w.output_c <= w.input_w * w.input_c && w.output_h <= w.input_h &&
         std::accumulate(nodes.begin(), nodes.end(), std::ptrdiff_t{0}, reads) <= 1;
}

bool conv_2d_is_pooled_2x2(const NodeView& pool, const thimble_window& w) {
  const Attributes& attributes = pool.attributes();
  const Shape& shape = pool.output(0).shape;
  return pool.node().op == "MAX_POOL_2D" && attributes.integer("filter_h") == 2 &&
         attributes.integer("filter_w") == 2 && attributes.integer("stride_h") == 2 &&
         attributes.integer("stride_w") == 2 && attributes.text("activation") == "NONE" &&
         pool.input(0).quantization == pool.output(0).quantization && 2 * shape[1] <= w.output_h &&
         2 * shape[2] <= w.output_w;
}

bool conv_2d_is_3x3_of_one_channel(const thimble_window& w) {
  return w.input_c == 1 && w.filter_h == 3 && w.filter_w == 3 && w.stride_h == 1 && w.stride_w == 1 &&
         w.dilation_h == 1 && w.dilation_w == 1;
}

}  // namespace thimble
