#include "ops/blocks.h"

namespace thimble {

Blocks blocks_of(const NodeView& node) {
  const Tensor& input = node.input(0);
  const std::vector<int> sizes = integers_of(node.input(1));
  const std::vector<int> edges = integers_of(node.input(2));
  require(sizes.size() == 1 || sizes.size() == 2, "blocks in {} dimensions; 1 and 2 are supported", sizes.size());
  require(input.shape.size() > sizes.size(), "'{}' is {}, too few dimensions for blocks in {}", input.name,
          to_string(input.shape), sizes.size());
  require(edges.size() == 2 * sizes.size(), "{} paddings or crops for {} dimensions", edges.size(), sizes.size());
  for (const int size : sizes) require(size > 0 && size < (1 << 14), "a block of {}", size);
  for (const int edge : edges) require(edge >= 0 && edge < (1 << 28), "a padding or crop of {}", edge);
  Blocks blocks = {sizes[0], 1, edges[0], edges[1], 0, 0};
  if (sizes.size() == 2) {
    blocks.columns = sizes[1];
    blocks.before_columns = edges[2];
    blocks.after_columns = edges[3];
  }
  return blocks;
}

thimble_blocks blocks_params(const NodeView& node, const Tensor& space, const Tensor& small) {
  const Blocks blocks = blocks_of(node);
  const bool has_width = node.input(1).elements() == 2;
  const Shape pixel(space.shape.begin() + (has_width ? 3 : 2), space.shape.end());
  return {space.shape[0],
          space.shape[1],
          has_width ? space.shape[2] : 1,
          small.shape[1],
          has_width ? small.shape[2] : 1,
          blocks.rows,
          blocks.columns,
          blocks.before_rows,
          blocks.before_columns,
          static_cast<std::int32_t>(element_count(pixel) * static_cast<std::int64_t>(size_of(space.type)))};
}

}  // namespace thimble
