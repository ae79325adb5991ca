// What the operators share that resize an image, input 0, NHWC, to the size [height, width] in the constant input 1.
#pragma once

#include "ops/op.h"

namespace thimble {

/// The output's shape. Throws InputError when there is nothing to resize or too much to make.
Shape resized_shape(const NodeView& node);

/// The options align_corners and half_pixel_centers, from a slot on.
std::vector<TfliteField> resize_fields(int first_slot);

}  // namespace thimble
