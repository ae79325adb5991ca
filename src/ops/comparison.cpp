#include "ops/comparison.h"

#include "ops/broadcast.h"
#include "ops/checks.h"
#include "ops/requantize.h"

THIMBLE_PARAMS(thimble_comparison_params, broadcast, offset_a, offset_b, requant_a, requant_b)

namespace thimble {
namespace {

thimble_comparison_params quantized_params(const NodeView& node) {
  const Tensor& a = node.input(0);
  const Tensor& b = node.input(1);
  require_per_tensor(a);
  require_per_tensor(b);
  return {broadcast_of(node), -a.zero_point(), -b.zero_point(), quantize_multiplier(double{a.scale()}),
          quantize_multiplier(double{b.scale()})};
}

}  // namespace

std::vector<TensorSpec> infer_comparison(const NodeView& node) {
  const Tensor& a = node.input(0);
  require_type(a, {Type::kFloat32, Type::kInt32, Type::kInt64, Type::kInt8, Type::kUint8, Type::kBool});
  require_type(node.input(1), {a.type});
  return {{Type::kBool, broadcast_shape(a.shape, node.input(1).shape)}};
}

std::vector<KernelCall> lower_comparison(const NodeView& node, const ComparisonKernels& kernels) {
  const std::string name = kernels.name;
  const std::string source = fmt::format("ops/{}/{}_kernel", name, name);
  const auto call = [&](const char* suffix, auto function, const auto& params) {
    return std::vector<KernelCall>{kernel_call(("thimble_" + name + suffix).c_str(), source.c_str(), function, params,
                                               {in(node.input_id(0)), in(node.input_id(1)), out(node.output_id(0))})};
  };
  switch (node.input(0).type) {
    case Type::kFloat32:
      return call("_f32", kernels.f32, broadcast_of(node));
    case Type::kInt32:
      return call("_s32", kernels.s32, broadcast_of(node));
    case Type::kInt64:
      return call("_s64", kernels.s64, broadcast_of(node));
    case Type::kBool:
      return call("_bool", kernels.boolean, broadcast_of(node));
    case Type::kInt8:
      return call("_s8", kernels.s8, quantized_params(node));
    case Type::kUint8:
      return call("_u8", kernels.u8, quantized_params(node));
    default:
      no_kernel(node.node().op.c_str(), node.input(0));
  }
}

int comparison_version(const NodeView& node) { return node.input(0).type == Type::kInt8 ? 2 : 1; }

}  // namespace thimble
