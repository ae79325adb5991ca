// CAST: elements as another type.
#include "ops/cast/cast_kernel.h"

#include <optional>

#include "ops/copy.h"
#include "ops/op.h"

THIMBLE_PARAMS(thimble_cast_params, count, from, to)

namespace thimble {
extern const Op cast_op;
namespace {

std::optional<thimble_cast_type> cast_type(Type type) {
  switch (type) {
    case Type::kFloat32:
      return THIMBLE_CAST_F32;
    case Type::kInt8:
      return THIMBLE_CAST_S8;
    case Type::kUint8:
      return THIMBLE_CAST_U8;
    case Type::kInt16:
      return THIMBLE_CAST_S16;
    case Type::kUint16:
      return THIMBLE_CAST_U16;
    case Type::kInt32:
      return THIMBLE_CAST_S32;
    case Type::kUint32:
      return THIMBLE_CAST_U32;
    case Type::kInt64:
      return THIMBLE_CAST_S64;
    case Type::kBool:
      return THIMBLE_CAST_BOOL;
    default:
      return std::nullopt;
  }
}

/// TFLite's name of a type in options: "INT8".
std::string option_name(Type type) {
  std::string name(name_of(type));
  for (char& c : name) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

/// The output's type is its own; without one, the option's.
Type output_type(const NodeView& node) {
  if (node.has_output(0)) return node.output(0).type;
  const std::string& wanted = node.attributes().text("out_data_type");
  for (int i = 0; i <= static_cast<int>(Type::kBool); ++i) {
    if (option_name(static_cast<Type>(i)) == wanted) return static_cast<Type>(i);
  }
  input_error("a cast to {} is not supported", wanted);
}

std::vector<TensorSpec> infer(const NodeView& node) {
  const Type from = node.input(0).type;
  const Type to = output_type(node);
  require(cast_type(from) && cast_type(to), "a cast from {} to {} is not supported", name_of(from), name_of(to));
  return {{to, node.input(0).shape}};
}

std::vector<KernelCall> lower(const NodeView& node, const LowerOptions&) {
  const Tensor& input = node.input(0);
  const Tensor& output = node.output(0);
  if (input.type == output.type) return {copy_call(node)};
  const thimble_cast_params params = {static_cast<std::int32_t>(input.elements()), *cast_type(input.type),
                                      *cast_type(output.type)};
  KernelCall call =
      kernel_call(KERNEL_OF("cast", thimble_cast), params, {in(node.input_id(0)), out(node.output_id(0))});
  if (size_of(input.type) == size_of(output.type)) call.in_place = {node.input_id(0)};
  return {call};
}

}  // namespace

const Op cast_op = {
    .name = "CAST",
    .summary = "Elements as another type",
    .infer = infer,
    .lower = lower,
    .tflite = {.builtin = 53,
               .max_version = 9,
               .options_type = 37,
               .fields = {type_field(0, "in_data_type"), type_field(1, "out_data_type")}},
};

}  // namespace thimble
