#include "codegen/weights_c.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"

namespace thimble {
namespace {

std::string tensor_comment(const Tensor& tensor) {
  return c_comment(fmt::format("{}, {} {}", tensor.name, name_of(tensor.type), to_string(tensor.shape)));
}

/// Of the 64 kB that 16 bits reach: tables of the code lie there, too.
constexpr std::size_t kMostNearBytes = (64U << 10) - 2048;

}  // namespace

bool WeightsText::has_far() const {
  std::size_t bytes = 0;
  for (const Weight& weight : weights_) bytes += weight.in_flash ? weight.data->size() : 0;
  return bytes > kMostNearBytes;
}

std::string WeightsText::declaration(const Weight& weight) const {
  const std::size_t count = std::max<std::size_t>(1, weight.data->size() / size_of(weight.type));
  return fmt::format("const {}{} {}[{}] MODEL_ALIGN", space(weight.in_flash, weight.far), c_type(weight.type),
                     weight.name, count);
}

void WeightsText::add(const KernelCall& call, const std::string& name) {
  for (const Operand& operand : call.operands) {
    const bool constant = operand.kind == Operand::Kind::kInput && graph_.tensor(operand.index).constant();
    if (constant) add_tensor(operand.index, in_flash(operand), is_far(operand));
  }
  for (const Operand& operand : call.operands) {
    if (operand.kind != Operand::Kind::kConstant) continue;
    const KernelConstant& constant = call.constants[static_cast<std::size_t>(operand.index)];
    add_weight({&call, operand.index, in_flash(operand), is_far(operand)},
               {fmt::format("{}_{}", name, constant.name), constant.type, constant.data, constant.name,
                in_flash(operand), is_far(operand)});
  }
}

void WeightsText::add_tensor(TensorId id, bool in_flash, bool far) {
  const Tensor& tensor = graph_.tensor(id);
  add_weight({nullptr, id, in_flash, far},
             {tensor.name, tensor.type, tensor.data, tensor_comment(tensor), in_flash, far});
}

void WeightsText::add_weight(const Key& key, Weight weight) {
  if (index_.contains(key)) return;
  const auto same = std::find_if(weights_.begin(), weights_.end(), [&](const Weight& other) {
    return other.type == weight.type && other.in_flash == weight.in_flash && other.far == weight.far &&
           *other.data == *weight.data;
  });
  index_[key] = static_cast<std::size_t>(same - weights_.begin());
  if (same != weights_.end()) return;
  weight.name = "model_" + identifiers_.unique(weight.name);
  weights_.push_back(std::move(weight));
}

std::string WeightsText::pointer(const KernelCall& call, const Operand& operand) const {
  const bool own = operand.kind == Operand::Kind::kConstant;
  return pointer_of({own ? &call : nullptr, operand.index, in_flash(operand), is_far(operand)});
}

std::string WeightsText::pointer_of(const Key& key) const {
  const Weight& weight = weights_[index_.at(key)];
  return fmt::format("(const {}void *){}", space(weight.in_flash, weight.far), weight.name);
}

std::string WeightsText::header() const {
  std::string text =
      "/* The model's constants. */\n#ifndef MODEL_WEIGHTS_H\n#define MODEL_WEIGHTS_H\n\n#include <stdint.h>\n\n"
      "#if defined(__GNUC__)\n#define MODEL_ALIGN __attribute__((aligned(4)))\n#else\n#define "
      "MODEL_ALIGN\n#endif\n\n";
  if (std::ranges::any_of(weights_, &Weight::in_flash)) text += kFlashMacro;
  if (has_far()) text += kFarMacro;
  for (const Weight& weight : weights_) text += fmt::format("extern {};\n", declaration(weight));
  return text + "\n#endif\n";
}

std::string WeightsText::source() const {
  std::string text = "#include \"weights.h\"\n";
  for (const Weight& weight : weights_) {
    const std::string elements = weight.data->empty() ? "0" : c_elements(weight.type, *weight.data);
    text += fmt::format("\n/* {} */\n{} = {{\n{}\n}};\n", c_comment(weight.comment), declaration(weight), elements);
  }
  return text;
}

void WeightsText::require_arrays_of(std::size_t most) const {
  for (const Weight& weight : weights_) {
    require(weight.data->size() <= most,
            "the constant '{}' takes {} bytes; avr-gcc allows {} in an array, and only int8 layers are divided: dense "
            "ones, and convolutions in two; choose a smaller layer, --weights packed, or another target",
            weight.name, weight.data->size(), most);
  }
}

std::size_t WeightsText::bytes() const {
  std::size_t bytes = 0;
  for (const Weight& weight : weights_) bytes += weight.data->size();
  return bytes;
}

}  // namespace thimble
