// MIRROR_PAD: input 0 with its own elements mirrored at its edges, as many as the constant input 1 [rank, 2] says; with
// the elements at the edge (mode SYMMETRIC) or without (REFLECT).
#include <algorithm>

#include "ops/checks.h"
#include "ops/mirror_pad/mirror_pad_kernel.h"
#include "ops/op.h"
#include "ops/paddings.h"

THIMBLE_PARAMS(thimble_mirror_pad_params, size, before, after, edge, element)

namespace thimble {
extern const Op mirror_pad_op;
namespace {

constexpr std::string_view kModeNames[] = {"REFLECT", "SYMMETRIC"};
constexpr std::size_t kMostDimensions = std::size(decltype(thimble_mirror_pad_params::size){});

int edge(const NodeView& node) { return node.attributes().text("mode") == "REFLECT" ? 1 : 0; }

std::vector<TensorSpec> infer(const NodeView& node) {
  const Shape& shape = node.input(0).shape;
  require(shape.size() <= kMostDimensions, "'{}' has {} dimensions; MIRROR_PAD is supported up to {}",
          node.input(0).name, shape.size(), kMostDimensions);
  const std::vector<Padding> paddings = paddings_of(node, 1);
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const int most = std::max(paddings[i].before, paddings[i].after);
    require(most == 0 || most <= shape[i] - edge(node), "a padding of {} is more than {} can mirror", most, shape[i]);
  }
  return {{node.input(0).type, padded_shape(shape, paddings)}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Tensor& input = node.input(0);
  const std::vector<Padding> paddings = paddings_of(node, 1);
  thimble_mirror_pad_params params{};
  std::fill(std::begin(params.size), std::end(params.size), 1);
  const std::size_t unused = kMostDimensions - input.shape.size();
  for (std::size_t i = 0; i < input.shape.size(); ++i) {
    params.size[unused + i] = input.shape[i];
    params.before[unused + i] = paddings[i].before;
    params.after[unused + i] = paddings[i].after;
  }
  params.edge = edge(node);
  params.element = static_cast<std::int32_t>(size_of(input.type));
  return {
      kernel_call(KERNEL_OF("mirror_pad", thimble_mirror_pad), params, {in(node.input_id(0)), out(node.output_id(0))})};
}

int tflite_version(const NodeView& node) { return node.input(0).type == Type::kInt8 ? 2 : 1; }

}  // namespace

const Op mirror_pad_op = {
    .name = "MIRROR_PAD",
    .summary = "A tensor with its own elements mirrored around it",
    .min_inputs = 2,
    .max_inputs = 2,
    .infer = infer,
    .lower = lower,
    .quantization = {.supported = true, .output = OutputRange::kSameAsInput},
    .tflite = {.builtin = 100,
               .max_version = 3,
               .options_type = 77,
               .fields = {{TfliteField::Kind::kEnum, 0, "mode", std::string("REFLECT"), kModeNames}},
               .version = tflite_version},
};

}  // namespace thimble
