// Shape inference and geometry of operators that slide a window: Conv2D, DepthwiseConv2D, pooling.
#pragma once

#include "ir/attributes.h"
#include "ir/tensor.h"
#include "kernel/window.h"
#include "ops/kernel_call.h"
#include "ops/rows.h"

THIMBLE_PARAMS(thimble_window, batches, input_h, input_w, input_c, filter_h, filter_w, output_h, output_w, output_c,
               stride_h, stride_w, dilation_h, dilation_w, pad_top, pad_left)

namespace thimble {

/// The geometry over `input` (NHWC) of a window of filter_h x filter_w that makes `output_c` channels. Reads the
/// attributes padding ("SAME", "VALID"; "EXPLICIT" with pads, the rows above and below and columns left and right),
/// stride_h, stride_w and, where present, dilation_h, dilation_w. SAME padding is TensorFlow's: ceil(input / stride)
/// outputs, the odd pixel of padding below and to the right. Throws InputError when it does not fit.
thimble_window window_of(const Attributes& attributes, const Tensor& input, int filter_h, int filter_w, int output_c);

/// Of an image one pixel wide under a window as narrow, the same in memory, lying down: an image of one row. The
/// kernels made for a CPU compute a row at a time.
thimble_window laid_down(const thimble_window& window);

/// The rows that a window needs; rows outside of the image are filled with `pad_byte`.
RowRule row_rule(const thimble_window& window, std::optional<int> pad_byte);

/// The output's shape.
Shape output_shape(const thimble_window& window);

}  // namespace thimble
