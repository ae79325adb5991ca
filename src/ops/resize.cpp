#include "ops/resize.h"

#include "ops/checks.h"

namespace thimble {

Shape resized_shape(const NodeView& node) {
  const Tensor& input = node.input(0);
  require_rank(input, 4);
  const std::vector<int> size = integers_of(node.input(1));
  require(size.size() == 2, "a size of {} numbers, expected height and width", size.size());
  constexpr int kMost = 65535;
  for (const int dimension : {input.shape[1], input.shape[2], size[0], size[1]}) {
    require(dimension > 0 && dimension <= kMost, "an image side of {}; 1 to {} are supported", dimension, kMost);
  }
  const Attributes& attributes = node.attributes();
  require(!attributes.flag("align_corners") || !attributes.flag("half_pixel_centers"),
          "align_corners and half_pixel_centers exclude each other");
  return {input.shape[0], size[0], size[1], input.shape[3]};
}

std::vector<TfliteField> resize_fields(int first_slot) {
  return {bool_field(first_slot, "align_corners"), bool_field(first_slot + 1, "half_pixel_centers")};
}

}  // namespace thimble
