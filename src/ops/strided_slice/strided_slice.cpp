// STRIDED_SLICE: every stride-th element of input 0 from begin to end, of each dimension; inputs 1 to 3, constant, are
// begin, end and strides. The masks have one bit for each of their entries.
#include <algorithm>

#include "ops/checks.h"
#include "ops/move.h"
#include "ops/op.h"

namespace thimble {
extern const Op strided_slice_op;
namespace {

/// What becomes of one input dimension, or, with `inserts`, a new output dimension of 1.
struct Slice {
  int begin = 0;
  int stride = 1;
  int count = 1;
  bool drops = false;    // the dimension is not part of the output
  bool inserts = false;  // no input dimension belongs to it
};

bool bit(int mask, std::size_t index) { return index < 31 && ((mask >> index) & 1) != 0; }

struct Spec {
  std::vector<int> begin;
  std::vector<int> end;
  std::vector<int> strides;
  int begin_mask;
  int end_mask;
  int ellipsis_mask;
  int new_axis_mask;
  int shrink_axis_mask;
  bool offset;  // end counts from begin
};

Spec spec_of(const NodeView& node) {
  const Attributes& attributes = node.attributes();
  for (int i = 1; i < 4; ++i) {
    require(node.input(i).constant(), "'{}' depends on data; only static slices are supported", node.input(i).name);
  }
  Spec spec = {integers_of(node.input(1)),
               integers_of(node.input(2)),
               integers_of(node.input(3)),
               attributes.integer("begin_mask"),
               attributes.integer("end_mask"),
               attributes.integer("ellipsis_mask"),
               attributes.integer("new_axis_mask"),
               attributes.integer("shrink_axis_mask"),
               attributes.flag("offset")};
  require(spec.begin.size() == spec.end.size() && spec.begin.size() == spec.strides.size(),
          "begin, end and strides have {}, {} and {} entries", spec.begin.size(), spec.end.size(), spec.strides.size());
  return spec;
}

/// An index as Python means it, moved into [low, high].
int clamped(std::int64_t index, int size, int low, int high) {
  return static_cast<int>(std::clamp<std::int64_t>(index < 0 ? index + size : index, low, high));
}

Slice slice_of(const Spec& spec, std::size_t i, int size) {
  const int stride = spec.strides[i];
  require(stride != 0, "a stride of 0");
  const int low = stride > 0 ? 0 : -1;
  const int high = stride > 0 ? size : size - 1;
  Slice slice;
  slice.stride = stride;
  slice.begin = bit(spec.begin_mask, i) ? (stride > 0 ? 0 : size - 1) : clamped(spec.begin[i], size, low, high);
  if (bit(spec.shrink_axis_mask, i)) {
    require(slice.begin >= 0 && slice.begin < size, "index {} of {}", spec.begin[i], size);
    slice.drops = true;
    return slice;
  }
  const std::int64_t wanted = std::int64_t{spec.end[i]} + (spec.offset ? slice.begin : 0);
  const int end = bit(spec.end_mask, i) ? (stride > 0 ? size : -1) : clamped(wanted, size, low, high);
  const std::int64_t span = std::int64_t{end} - slice.begin;
  slice.count = static_cast<int>(std::max<std::int64_t>(0, (span + stride + (stride > 0 ? -1 : 1)) / stride));
  return slice;
}

/// One entry for each output dimension and each dropped one, in order.
std::vector<Slice> slices_of(const NodeView& node) {
  const Spec spec = spec_of(node);
  const Shape& shape = node.input(0).shape;
  std::size_t consumed = 0;
  for (std::size_t i = 0; i < spec.begin.size(); ++i) {
    consumed += !bit(spec.ellipsis_mask, i) && !bit(spec.new_axis_mask, i);
  }
  require(consumed <= shape.size(), "{} slices of {} dimensions", consumed, shape.size());
  std::vector<Slice> slices;
  std::size_t dimension = 0;
  const auto keep_whole = [&](std::size_t count) {
    for (; count > 0; --count) slices.push_back({.count = shape[dimension++]});
  };
  for (std::size_t i = 0; i < spec.begin.size(); ++i) {
    if (bit(spec.ellipsis_mask, i)) {
      keep_whole(shape.size() - consumed);
      consumed = shape.size();
    } else if (bit(spec.new_axis_mask, i)) {
      slices.push_back({.inserts = true});
    } else {
      slices.push_back(slice_of(spec, i, shape[dimension++]));
    }
  }
  keep_whole(shape.size() - dimension);
  return slices;
}

std::vector<TensorSpec> infer(const NodeView& node) {
  Shape shape;
  for (const Slice& slice : slices_of(node)) {
    if (!slice.drops) shape.push_back(slice.count);
  }
  return {{node.input(0).type, shape}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const std::vector<Slice> slices = slices_of(node);
  const std::vector<std::int64_t> input_strides = strides_of(node.input(0).shape);
  const std::vector<std::int64_t> output_strides = strides_of(node.output(0).shape);
  std::vector<MoveAxis> axes;
  std::int64_t start = 0;
  std::size_t from = 0;
  std::size_t to = 0;
  for (const Slice& slice : slices) {
    if (!slice.inserts) start += slice.begin * input_strides[from];
    if (!slice.inserts && !slice.drops) {
      axes.push_back({slice.count, slice.stride * input_strides[from], output_strides[to]});
    }
    from += !slice.inserts;
    to += !slice.drops;
  }
  return {move_call(node.graph(), node.input_id(0), node.output_id(0), start, 0, axes)};
}

}  // namespace

const Op strided_slice_op = {
    .name = "STRIDED_SLICE",
    .summary = "Every stride-th element between two corners",
    .min_inputs = 4,
    .max_inputs = 4,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 45,
               .max_version = 8,
               .options_type = 32,
               .fields = {int_field(0, "begin_mask"), int_field(1, "end_mask"), int_field(2, "ellipsis_mask"),
                          int_field(3, "new_axis_mask"), int_field(4, "shrink_axis_mask"), bool_field(5, "offset")}},
};

}  // namespace thimble
