#include "ops/rows.h"

#include "kernel/row_sum_avr.h"
#include "ops/op.h"

THIMBLE_PARAMS(thimble_row_sum_params, pixels, channels)

namespace thimble {

std::optional<RowRule> rows_alike(const NodeView& node) {
  const Shape& output = node.output(0).shape;
  for (int i = 0; i < node.input_count(); ++i) {
    if (!node.has_input(i)) continue;
    const Shape& shape = node.input(i).shape;
    const bool same_rows = shape.size() < 3 || (shape.size() == 3 && shape[0] == 1) ||
                           (shape.size() == 4 && shape[0] == 1 && shape[1] == 1);
    if (node.input(i).constant() ? !same_rows : shape != output) return std::nullopt;
  }
  return RowRule{};
}

RowSink summing_sink(const NodeView& node, int width, KernelCall end, const LowerOptions& options) {
  const int channels = node.input(0).shape[3];
  const thimble_row_sum_params params = {width, channels};
  const char* source = "kernel/row_sum";
  const std::vector<Operand> operands = {in(node.input_id(0)), scratch()};
  // Its overhead for each channel is that of some pixels.
  const bool avr = options.features.avr && width > 2 && std::int64_t{width} * channels <= INT16_MAX;
  return {.begin = kernel_call("thimble_row_sum_begin", source, &thimble_row_sum_begin, params, {scratch()}),
          .row = avr ? kernel_call("thimble_row_sum_avr", "kernel/row_sum_avr", &thimble_row_sum_avr, params, operands)
                     : kernel_call("thimble_row_sum_s8", source, &thimble_row_sum_s8, params, operands),
          .end = std::move(end),
          .scratch_bytes = static_cast<std::size_t>(channels) * sizeof(std::int32_t)};
}

}  // namespace thimble
