// How operators work row by row (dimension 1 of NHWC, batch 1), so that feature maps need not exist whole.
#pragma once

#include <optional>

#include "ops/kernel_call.h"

namespace thimble {

class NodeView;
struct LowerOptions;

/// Output row y needs the rows y * stride - pad_top to y * stride - pad_top + window - 1 of each computed input. A node
/// whose inputs are cut down to `window` rows and whose attribute "by_rows" is set lowers to the call for one row.
struct RowRule {
  int window = 1;
  int stride = 1;
  int pad_top = 0;
  std::optional<int> pad_byte = 0;  // each byte of a row outside of the image; none: there may be no such row
};

/// An operator that takes rows in, one after the other, and has its output after the last.
struct RowSink {
  KernelCall begin;  // sets up the scratch, which lives until `end`
  KernelCall row;    // from one row of input 0 into the scratch
  KernelCall end;    // from the scratch to the output
  std::size_t scratch_bytes = 0;
  /// The operand of `row` that moves on by `advance` bytes after each row (weights); -1: none.
  int advancing = -1;
  std::size_t advance = 0;
};

using RowRuleOf = std::optional<RowRule> (*)(const NodeView&);
/// For an input of `rows` rows, however the graph has shaped it.
using RowSinkOf = std::optional<RowSink> (*)(const NodeView&, int rows, const LowerOptions&);

/// One row from one row: all inputs have the output's shape, or are constants that are the same for each row.
std::optional<RowRule> rows_alike(const NodeView& node);

/// A sink that sums the int8 pixels of an image by channel; `end` takes the int32 sums to the output.
RowSink summing_sink(const NodeView& node, int width, KernelCall end, const LowerOptions& options);

}  // namespace thimble
