// FULLY_CONNECTED: input of any rank, weights [units, depth], bias [units] (optional); Keras's Dense.
#include "ops/channel_layer.h"
#include "ops/checks.h"
#include "ops/fpu.h"
#include "ops/fully_connected/fully_connected_avr.h"
#include "ops/fully_connected/fully_connected_dsp.h"
#include "ops/fully_connected/fully_connected_host.h"
#include "ops/fully_connected/fully_connected_hybrid_dsp_kernel.h"
#include "ops/fully_connected/fully_connected_hybrid_kernel.h"
#include "ops/fully_connected/fully_connected_kernel.h"
#include "ops/fully_connected/fully_connected_lanes.h"
#include "ops/fully_connected/fully_connected_mve.h"
#include "ops/fully_connected/fully_connected_rows_kernel.h"
#include "ops/hybrid.h"
#include "ops/op.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_fully_connected_f32_params, batches, depth, units, output_min, output_max)
THIMBLE_PARAMS(thimble_fully_connected_params, batches, depth, units, per_channel, input_offset, weights_offset,
               output_offset, output_min, output_max)
THIMBLE_PARAMS(thimble_fully_connected_hybrid_params, batches, depth, units, asymmetric, output_min, output_max)
THIMBLE_PARAMS(thimble_fully_connected_hybrid_dsp_params, batches, depth, units, quads, asymmetric, output_min,
               output_max)
THIMBLE_PARAMS(thimble_fully_connected_rows_params, part, depth, units, per_channel, input_offset, output_offset,
               output_min, output_max)

namespace thimble {
extern const Op fully_connected_op;
extern const TrainKernels fully_connected_train;
namespace {

constexpr std::string_view kWeightsFormats[] = {"DEFAULT", "SHUFFLED4x16INT8"};

int units(const NodeView& node) { return node.input(1).shape[0]; }
int depth(const NodeView& node) { return node.input(1).shape[1]; }
int batches(const NodeView& node) { return static_cast<int>(node.input(0).elements() / depth(node)); }

void check_types(const NodeView& node) {
  const Tensor& input = node.input(0);
  require_type(input, {Type::kFloat32, Type::kInt8, Type::kUint8, Type::kInt16});
  switch (input.type) {
    case Type::kFloat32:
      require_type(node.input(1), {Type::kFloat32, Type::kInt8, Type::kInt4});
      break;
    case Type::kUint8:
      require_type(node.input(1), {Type::kUint8});
      break;
    case Type::kInt8:
      require_type(node.input(1), {Type::kInt8, Type::kInt4});
      break;
    default:
      require_type(node.input(1), {Type::kInt8});
  }
  if (!node.has_input(2)) return;
  if (input.type == Type::kFloat32) return require_type(node.input(2), {Type::kFloat32});
  if (input.type == Type::kInt16) return require_type(node.input(2), {Type::kInt64, Type::kInt32});
  require_type(node.input(2), {Type::kInt32});
}

std::vector<TensorSpec> infer(const NodeView& node) {
  check_types(node);
  const Tensor& input = node.input(0);
  const Tensor& weights = node.input(1);
  require(!node.attributes().has("weights_format") || node.attributes().text("weights_format") == "DEFAULT",
          "shuffled weights are not supported");
  require_rank(weights, 2);
  require(depth(node) > 0 && input.elements() % depth(node) == 0, "weights of {} do not fit an input of {}",
          to_string(weights.shape), to_string(input.shape));
  require(!node.has_input(2) || node.input(2).elements() == units(node), "a bias of {} does not fit {} units",
          node.has_input(2) ? to_string(node.input(2).shape) : "", units(node));
  if (!node.attributes().flag("keep_num_dims")) return {{input.type, {batches(node), units(node)}}};
  require(!input.shape.empty() && input.shape.back() == depth(node), "weights of {} do not fit an input of {}",
          to_string(weights.shape), to_string(input.shape));
  Shape shape = input.shape;
  shape.back() = units(node);
  return {{input.type, shape}};
}

thimble_fully_connected_params int_params(const NodeView& node) {
  const Tensor& output = node.output(0);
  const Quantization& weights = node.input(1).quantization;
  const IntRange range = activation_range(node.attributes().text("activation"), output);
  return {batches(node),
          depth(node),
          units(node),
          weights.per_channel() ? 1 : 0,
          -node.input(0).zero_point(),
          -node.input(1).zero_point(),
          output.zero_point(),
          range.min,
          range.max};
}

/// Whether an int16 node accumulates in 32 bits: its bias says so, or, without one, the file.
bool narrow_accumulator(const NodeView& node) {
  if (node.has_input(2)) return node.input(2).type == Type::kInt32;
  const Attributes& attributes = node.attributes();
  return attributes.has("quantized_bias_type") && attributes.text("quantized_bias_type") == "INT32";
}

KernelCall lower_int(const NodeView& node, Rounding rounding) {
  const std::vector<Operand> operands = {in(node.input_id(0)), in_flash(in(node.input_id(1))),
                                         in_flash(node.optional_in(2)), in_flash(constant(0)), out(node.output_id(0))};
  const thimble_fully_connected_params params = int_params(node);
  switch (node.input(0).type) {
    case Type::kInt8:
      if (rounding == Rounding::kLitert)
        return kernel_call(KERNEL_OF("fully_connected", thimble_fully_connected_s8_once), params, operands);
      return kernel_call(KERNEL_OF("fully_connected", thimble_fully_connected_s8), params, operands);
    case Type::kUint8:
      return kernel_call(KERNEL_OF("fully_connected", thimble_fully_connected_u8), params, operands);
    case Type::kInt16:
      if (narrow_accumulator(node))
        return kernel_call(KERNEL_OF("fully_connected", thimble_fully_connected_s16_b32), params, operands);
      return kernel_call(KERNEL_OF("fully_connected", thimble_fully_connected_s16), params, operands);
    default:
      no_kernel("FULLY_CONNECTED", node.input(0));
  }
}

/// One factor for all units is computed from the float product of the scales, as TFLM does; for each unit, in double.
KernelConstant requants(const NodeView& node) {
  const Tensor& input = node.input(0);
  const Tensor& weights = node.input(1);
  const Tensor& output = node.output(0);
  if (weights.quantization.per_channel()) return channel_requants(input, weights, output, units(node));
  return tensor_requant(input, weights, output);
}

/// Hybrid layers for Armv7E-M's DSP instructions. None for other targets.
std::optional<KernelCall> hybrid_dsp(const NodeView& node, const thimble_fully_connected_hybrid_params& p,
                                     const KernelConstant& scales, const LowerOptions& options) {
  const auto rows = hybrid_rows(node, options);
  if (!rows) return {};
  const std::int32_t quads = (p.depth + 3) / 4;
  const thimble_fully_connected_hybrid_dsp_params params = {p.batches,    p.depth,      p.units,     quads,
                                                            p.asymmetric, p.output_min, p.output_max};
  KernelCall call =
      kernel_call("thimble_fully_connected_hybrid_dsp", "ops/fully_connected/fully_connected_hybrid_dsp_kernel",
                  &thimble_fully_connected_hybrid_dsp, params,
                  {in(node.input_id(0)), constant(0), constant(1), node.optional_in(2), constant(2), scratch(),
                   out(node.output_id(0))});
  call.constants = {rows->weights, rows->sums, scales};
  call.scratch_bytes = 4 * static_cast<std::size_t>(quads);
  return call;
}

KernelCall lower_hybrid(const NodeView& node, const LowerOptions& options) {
  const Attributes& attributes = node.attributes();
  const FloatRange range = activation_range(attributes.text("activation"));
  const bool asymmetric = attributes.has("asymmetric_quantize_inputs") && attributes.flag("asymmetric_quantize_inputs");
  const thimble_fully_connected_hybrid_params params = {batches(node),      depth(node), units(node),
                                                        asymmetric ? 1 : 0, range.min,   range.max};
  const KernelConstant scales = weight_scales(node.input(1), units(node));
  if (const auto call = hybrid_dsp(node, params, scales, options)) return *call;
  KernelCall call = kernel_call("thimble_fully_connected_hybrid", "ops/fully_connected/fully_connected_hybrid_kernel",
                                &thimble_fully_connected_hybrid, params,
                                {in(node.input_id(0)), in(node.input_id(1)), node.optional_in(2), constant(0),
                                 scratch(), out(node.output_id(0))});
  call.constants = {scales};
  call.scratch_bytes = static_cast<std::size_t>(depth(node));
  return call;
}

/// A convolution of 1 x 1 over an image of `batches` pixels, which all units see.
thimble_window row_of_pixels(const NodeView& node) {
  return {1, 1, batches(node), depth(node), 1, 1, 1, batches(node), units(node), 1, 1, 1, 1, 0, 0};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions& options) {
  if (is_hybrid(node.input(0), node.input(1))) return {lower_hybrid(node, options)};
  if (node.input(0).type == Type::kFloat32) {
    const FloatRange range = activation_range(node.attributes().text("activation"));
    const thimble_fully_connected_f32_params params = {batches(node), depth(node), units(node), range.min, range.max};
    if (const auto call = conv_fpu(node, row_of_pixels(node), range, options)) return {*call};
    KernelCall call = kernel_call(
        KERNEL_OF("fully_connected", thimble_fully_connected_f32), params,
        {in(node.input_id(0)), in_flash(in(node.input_id(1))), in_flash(node.optional_in(2)), out(node.output_id(0))});
    call.host = fully_connected_host(node, params);
    return {call};
  }
  const KernelConstant requant = requants(node);
  if (node.input(0).type != Type::kInt16 || !narrow_accumulator(node)) {
    const thimble_fully_connected_params params = int_params(node);
    for (const auto make : {fully_connected_mve, fully_connected_dsp, fully_connected_s16_dsp, fully_connected_lanes}) {
      if (const auto call = make(node, params, requant, options)) return {*call};
    }
  }
  if (auto calls = fully_connected_avr(node, int_params(node), requant, options); !calls.empty()) return calls;
  KernelCall call = lower_int(node, options.rounding);
  call.constants = {requant};
  if (node.input(0).type == Type::kInt8) {
    call.host = fully_connected_host(node, int_params(node), call.constants[0], options.rounding);
  }
  return {call};
}

/// Each row of the image is a part of the depth.
std::optional<RowSink> row_sink(const NodeView& node, int rows, const LowerOptions& options) {
  const bool is_int8 = node.input(0).type == Type::kInt8 && node.input(1).type == Type::kInt8;
  if (!is_int8 || options.rounding != Rounding::kTflm || !node.input(1).constant()) return std::nullopt;
  if (batches(node) != 1 || node.input(1).zero_point() != 0 || depth(node) % rows != 0) return std::nullopt;
  const thimble_fully_connected_params whole = int_params(node);
  if (const auto sink = fully_connected_avr_sink(node, whole, requants(node), rows, options)) return sink;
  if (options.features.avr && node.input(1).bytes() > INT16_MAX) return std::nullopt;  // in parts
  if (const auto sink = fully_connected_dsp_sink(node, whole, requants(node), rows, options)) return sink;
  const thimble_fully_connected_rows_params params = {whole.depth / rows, whole.depth,        whole.units,
                                                      whole.per_channel,  whole.input_offset, whole.output_offset,
                                                      whole.output_min,   whole.output_max};
  const char* source = "ops/fully_connected/fully_connected_rows_kernel";
  RowSink sink;
  sink.begin = kernel_call("thimble_fully_connected_rows_begin", source, &thimble_fully_connected_rows_begin, params,
                           {in_flash(node.optional_in(2)), scratch()});
  sink.row = kernel_call("thimble_fully_connected_rows_part", source, &thimble_fully_connected_rows_part, params,
                         {in(node.input_id(0)), in_flash(in(node.input_id(1))), scratch()});
  sink.end = kernel_call("thimble_fully_connected_rows_end", source, &thimble_fully_connected_rows_end, params,
                         {scratch(), in_flash(constant(0)), out(node.output_id(0))});
  sink.end.constants = {requants(node)};
  sink.scratch_bytes = static_cast<std::size_t>(whole.units) * sizeof(std::int32_t);
  sink.advancing = 1;
  sink.advance = static_cast<std::size_t>(params.part);
  return sink;
}

std::optional<ChannelLayer> packable(const NodeView& node, const LowerOptions& options) {
  const bool is_symmetric = node.input(1).zero_point() == 0 && options.rounding == Rounding::kTflm;
  if (!may_be_packed(node) || !is_symmetric) return {};
  const IntRange range = activation_range(node.attributes().text("activation"), node.output(0));
  const std::int32_t pixels = batches(node);
  const thimble_window window = {1, pixels, 1, depth(node), 1, 1, pixels, 1, units(node), 1, 1, 1, 1, 0, 0};
  return channel_layer(node, window, weights_by_row(node), requants(node), range);
}

std::int64_t macs(const NodeView& node) { return node.output(0).elements() * depth(node); }

int tflite_version(const NodeView& node) {
  if (is_hybrid(node.input(0), node.input(1))) return 9;
  if (node.input(0).type == Type::kInt16) return narrow_accumulator(node) ? 11 : 7;
  if (node.input(0).type == Type::kInt8 && node.input(1).quantization.per_channel()) return 12;
  if (!node.has_input(2)) return 6;
  if (node.attributes().flag("keep_num_dims")) return 5;
  return node.input(0).type == Type::kInt8 ? 4 : 1;
}

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  const Shape shape = builder.tensor(inputs[0]).shape;
  require(shape.size() >= 2, "the input has no dimension to connect");
  const int units = config.integer("units");
  std::vector<TensorId> operands = {inputs[0]};
  operands.push_back(builder.weight({.name = "kernel",
                                     .shape = {units, shape.back()},
                                     .permutation = {1, 0},
                                     .initializer = config.text("kernel_initializer"),
                                     .fan_in = shape.back(),
                                     .fan_out = units}));
  if (config.flag("use_bias"))
    operands.push_back(builder.weight(
        {.name = "bias", .shape = {units}, .permutation = {0}, .initializer = config.text("bias_initializer")}));
  const TensorId output = builder.add("FULLY_CONNECTED", operands,
                                      {{"activation", std::string("NONE")}, {"keep_num_dims", shape.size() > 2}});
  return builder.activation(output, config.text("activation"));
}

using Argument = LayerArgument;
const LayerCodec kLayers[] = {{.class_name = "Dense",
                               .arguments = {{Argument::Kind::kInt, "units", {}, true},
                                             activation_argument(),
                                             {Argument::Kind::kBool, "use_bias", true},
                                             initializer_argument("kernel_initializer", "glorot_uniform"),
                                             initializer_argument("bias_initializer", "zeros")},
                               .build = build}};

}  // namespace

const Op fully_connected_op = {
    .name = "FULLY_CONNECTED",
    .summary = "Matrix product with constant or computed weights, bias and fused activation",
    .min_inputs = 2,
    .max_inputs = 3,
    .infer = infer,
    .lower = lower,
    .row_sink = row_sink,
    .channel_layer = packable,
    .quantization = {.supported = true, .weights_input = 1, .weights_axis = 0, .bias_input = 2},
    .macs = macs,
    .tflite = {.builtin = 9,
               .max_version = 14,
               .options_type = 8,
               .fields = {activation_field(0),
                          {TfliteField::Kind::kEnum, 1, "weights_format", std::string("DEFAULT"), kWeightsFormats},
                          bool_field(2, "keep_num_dims"),
                          bool_field(3, "asymmetric_quantize_inputs"),
                          type_field(4, "quantized_bias_type")},
               .version = tflite_version},
    .layers = kLayers,
    .train = &fully_connected_train,
};

}  // namespace thimble
