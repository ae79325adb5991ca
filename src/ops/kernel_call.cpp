#include "ops/kernel_call.h"

namespace thimble {

std::vector<void*> bind_operands(const KernelCall& call, const std::function<void*(TensorId)>& memory, void* scratch) {
  std::vector<void*> pointers;
  for (const Operand& operand : call.operands) {
    switch (operand.kind) {
      case Operand::Kind::kInput:
      case Operand::Kind::kOutput:
        pointers.push_back(memory(operand.index));
        break;
      case Operand::Kind::kConstant: {
        const KernelConstant& constant = call.constants[static_cast<std::size_t>(operand.index)];
        pointers.push_back(const_cast<std::uint8_t*>(constant.data->data()));
        break;
      }
      case Operand::Kind::kScratch:
        pointers.push_back(scratch);
        break;
      case Operand::Kind::kNull:
        pointers.push_back(nullptr);
        break;
    }
  }
  return pointers;
}

}  // namespace thimble
