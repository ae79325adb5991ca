#include "ops/window.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace thimble {
namespace {

struct Axis {
  int output;
  int pad_before;
};

const std::string kValid = "VALID";

/// `before`, `after`: the padding, where it is neither SAME nor VALID.
Axis slide(const std::string& padding, int size, int filter, int stride, int dilation, int before, int after) {
  require(stride > 0 && dilation > 0 && filter > 0, "window of {} with stride {} and dilation {}; all must be positive",
          filter, stride, dilation);
  const std::int64_t extent = std::int64_t{filter - 1} * dilation + 1;
  if (padding == "VALID") {
    require(extent <= size, "a window of {} does not fit into {}", extent, size);
    return {static_cast<int>((size - extent) / stride) + 1, 0};
  }
  if (padding == "EXPLICIT") {
    require(extent <= size + before + after, "a window of {} does not fit into {}", extent, size + before + after);
    return {static_cast<int>((size + before + after - extent) / stride) + 1, before};
  }
  require(padding == "SAME", "padding '{}', expected SAME or VALID", padding);
  const int output = static_cast<int>((std::int64_t{size} + stride - 1) / stride);
  const std::int64_t total = std::max<std::int64_t>(0, std::int64_t{output - 1} * stride + extent - size);
  require(total < (1 << 30), "a window of {} is too large", extent);
  return {output, static_cast<int>(total / 2)};
}

}  // namespace

thimble_window window_of(const Attributes& attributes, const Tensor& input, int filter_h, int filter_w, int output_c) {
  require(input.shape.size() == 4, "input '{}' is {}, expected batch x height x width x channels", input.name,
          to_string(input.shape));
  thimble_window window{};
  window.batches = input.shape[0];
  window.input_h = input.shape[1];
  window.input_w = input.shape[2];
  window.input_c = input.shape[3];
  window.filter_h = filter_h;
  window.filter_w = filter_w;
  window.output_c = output_c;
  window.stride_h = attributes.integer("stride_h");
  window.stride_w = attributes.integer("stride_w");
  window.dilation_h = attributes.has("dilation_h") ? attributes.integer("dilation_h") : 1;
  window.dilation_w = attributes.has("dilation_w") ? attributes.integer("dilation_w") : 1;
  const std::string& padding = attributes.text("padding");
  // One row of a stream (ops/rows.h): what is outside of the image is memory, too.
  const std::string& row_padding = attributes.has("by_rows") ? kValid : padding;
  const std::vector<int> pads = padding == "EXPLICIT" ? attributes.integers("pads") : std::vector<int>(4);
  const Axis rows = slide(row_padding, window.input_h, filter_h, window.stride_h, window.dilation_h, pads[0], pads[1]);
  const Axis columns = slide(padding, window.input_w, filter_w, window.stride_w, window.dilation_w, pads[2], pads[3]);
  window.output_h = rows.output;
  window.pad_top = rows.pad_before;
  window.output_w = columns.output;
  window.pad_left = columns.pad_before;
  return window;
}

thimble_window laid_down(const thimble_window& window) {
  thimble_window row = window;
  if (window.input_w != 1 || window.filter_w != 1 || window.output_w != 1) return row;
  std::swap(row.input_h, row.input_w);
  std::swap(row.filter_h, row.filter_w);
  std::swap(row.output_h, row.output_w);
  std::swap(row.stride_h, row.stride_w);
  std::swap(row.dilation_h, row.dilation_w);
  std::swap(row.pad_top, row.pad_left);
  return row;
}

RowRule row_rule(const thimble_window& window, std::optional<int> pad_byte) {
  return {(window.filter_h - 1) * window.dilation_h + 1, window.stride_h, window.pad_top, pad_byte};
}

Shape output_shape(const thimble_window& window) {
  return {window.batches, window.output_h, window.output_w, window.output_c};
}

}  // namespace thimble
