// PAD: input 0 with zeros around it, as many as the constant input 1 [rank, 2] says; Keras's ZeroPadding2D.
#include <algorithm>

#include "ops/checks.h"
#include "ops/op.h"
#include "ops/pad/pad_kernel.h"

THIMBLE_PARAMS(thimble_pad_params, size, before, after, value)

namespace thimble {
extern const Op pad_op;
extern const TrainKernels pad_train;
namespace {

constexpr std::size_t kMostDimensions = std::size(decltype(thimble_pad_params::size){});

std::vector<TensorSpec> infer(const NodeView& node) {
  const Tensor& input = node.input(0);
  require(input.shape.size() <= kMostDimensions, "'{}' has {} dimensions; PAD is supported up to {}", input.name,
          input.shape.size(), kMostDimensions);
  const std::vector<int> paddings = integers_of(node.input(1));
  require(paddings.size() == 2 * input.shape.size(), "{} paddings for {} dimensions", paddings.size(),
          input.shape.size());
  Shape shape = input.shape;
  for (std::size_t i = 0; i < paddings.size(); ++i) {
    require(paddings[i] >= 0 && paddings[i] < (1 << 28), "a padding of {}", paddings[i]);
    shape[i / 2] += paddings[i];
    require(shape[i / 2] < (1 << 30), "a padding of {} is too large", paddings[i]);
  }
  return {{input.type, shape}};
}

thimble_pad_params params(const NodeView& node) {
  const Tensor& input = node.input(0);
  const std::vector<int> paddings = integers_of(node.input(1));
  thimble_pad_params result{};
  std::fill(std::begin(result.size), std::end(result.size), 1);
  const std::size_t unused = kMostDimensions - input.shape.size();
  for (std::size_t i = 0; i < input.shape.size(); ++i) {
    result.size[unused + i] = input.shape[i];
    result.before[unused + i] = paddings[2 * i];
    result.after[unused + i] = paddings[2 * i + 1];
  }
  // What stands for 0; TFLM pads 16-bit tensors with 0 whatever their zero point.
  if (size_of(input.type) == 1) result.value = node.output(0).zero_point();
  return result;
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const std::vector<Operand> operands = {in(node.input_id(0)), out(node.output_id(0))};
  switch (size_of(node.input(0).type)) {
    case 1:
      return {kernel_call(KERNEL_OF("pad", thimble_pad_8), params(node), operands)};
    case 2:
      return {kernel_call(KERNEL_OF("pad", thimble_pad_16), params(node), operands)};
    case 4:
      return {kernel_call(KERNEL_OF("pad", thimble_pad_32), params(node), operands)};
    default:
      no_kernel("PAD", node.input(0));
  }
}

int tflite_version(const NodeView& node) {
  const Tensor& input = node.input(0);
  if (input.shape.size() > 4) return 4;
  return input.type == Type::kInt16 ? 3 : input.type == Type::kInt8 ? 2 : 1;
}

TensorId build(LayerBuilder& builder, const Attributes& config, std::span<const TensorId> inputs) {
  const Shape shape = builder.tensor(inputs[0]).shape;
  require(shape.size() == 4, "the input is {}, expected height x width x channels",
          to_string(Shape(shape.begin() + 1, shape.end())));
  const std::vector<int> around = config.integers("padding");
  const TensorId paddings =
      builder.integers({0, 0, around[0], around[1], around[2], around[3], 0, 0}, {static_cast<int>(shape.size()), 2});
  return builder.add("PAD", {inputs[0], paddings}, {});
}

const LayerCodec kLayers[] = {{.class_name = "ZeroPadding2D",
                               .arguments = {{.kind = LayerArgument::Kind::kPadding,
                                              .name = "padding",
                                              .default_value = std::vector<std::int64_t>{1, 1, 1, 1},
                                              .least = 0}},
                               .build = build}};

}  // namespace

const Op pad_op = {
    .name = "PAD",
    .summary = "Zeros around a tensor",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 34, .max_version = 6, .options_type = 22, .version = tflite_version},
    .layers = kLayers,
    .train = &pad_train,
};

}  // namespace thimble
