#include "plan/unpack.h"

#include <algorithm>

#include "kernel/unpack.h"
#include "ops/shared_codes.h"
#include "plan/plan.h"

THIMBLE_PARAMS(thimble_unpack_params, bytes)

namespace thimble {
namespace {

constexpr std::size_t kLeastBytes = 64;
constexpr std::size_t kCallBytes = 24;      // of code for one more call
constexpr std::size_t kDecoderBytes = 150;  // of code for all, measured on Cortex-M
constexpr int kLookAhead = 16;              // bits that the kernel reads at least

/// A constant that a call reads, and how it is packed.
struct Packed {
  const KernelCall* call;  // of the program as it was
  std::size_t operand;
  Type type;
  std::shared_ptr<const Bytes> data;
  std::shared_ptr<const WeightCode> code = nullptr;
  std::shared_ptr<const Bytes> stream = nullptr;

  std::size_t saved() const { return data->size() - stream->size(); }
};

std::span<const std::int8_t> bytes_of(const Bytes& data) {
  return {reinterpret_cast<const std::int8_t*>(data.data()), data.size()};
}

std::vector<Packed> constants_of(const Graph& graph, const Program& program, bool avr) {
  std::vector<Packed> constants;
  for (const Step& step : program) {
    const KernelCall& call = step.call;
    for (std::size_t i = 0; i < call.operands.size(); ++i) {
      const Operand& operand = call.operands[i];
      if (avr && operand.flash) continue;
      Packed packed{&call, i, {}, nullptr};
      if (operand.kind == Operand::Kind::kConstant) {
        packed.type = call.constants[static_cast<std::size_t>(operand.index)].type;
        packed.data = call.constants[static_cast<std::size_t>(operand.index)].data;
      } else if (operand.kind == Operand::Kind::kInput) {
        packed.type = graph.tensor(operand.index).type;
        packed.data = graph.tensor(operand.index).data;
      }
      if (packed.data && packed.data->size() >= kLeastBytes) constants.push_back(packed);
    }
  }
  return constants;
}

/// Those that pay, the ones that save most first; none, if all together do not pay.
std::vector<Packed> pack(std::vector<Packed> constants) {
  std::size_t saved = 0;
  std::vector<Packable> packables;
  for (const Packed& constant : constants) {
    packables.push_back({{}, 0, constant.data->size() - kCallBytes});
    packables.back().counts.add(bytes_of(*constant.data));
  }
  std::vector<Packed> result;
  for (const SharedCode& shared : share_codes(packables)) {
    saved += shared.plain_bytes - shared.packed_bytes;
    for (const std::size_t member : shared.members) {
      Packed& constant = constants[member];
      BitWriter writer;
      for (const std::int8_t byte : bytes_of(*constant.data)) shared.code->write(byte, writer);
      constant.code = shared.code;
      constant.stream = std::make_shared<const Bytes>(writer.finish(kLookAhead));
      if (constant.stream->size() + kCallBytes < constant.data->size()) result.push_back(constant);
    }
  }
  if (saved <= kDecoderBytes) return {};
  std::ranges::stable_sort(result, std::ranges::greater(), &Packed::saved);
  return result;
}

KernelCall unpack_call(const Packed& constant, TensorId output) {
  const thimble_unpack_params params = {static_cast<std::int32_t>(constant.data->size())};
  KernelCall call = kernel_call("thimble_unpack", "kernel/unpack", &thimble_unpack, params,
                                {in_flash(thimble::constant(0)), in_flash(thimble::constant(1)), out(output)});
  call.constants = {{"packed", Type::kUint8, constant.stream},
                    {"code", Type::kUint8, std::make_shared<const Bytes>(constant.code->table())}};
  return call;
}

/// Lets operand `index` of `call` read `tensor` instead of a constant, which goes.
void replace(KernelCall& call, std::size_t index, TensorId tensor) {
  const Operand old = std::exchange(call.operands[index], in(tensor));
  const bool is_own = old.kind == Operand::Kind::kConstant;
  if (!is_own || std::ranges::any_of(call.operands, [&](const Operand& other) {
        return other.kind == old.kind && other.index == old.index;
      })) {
    return;
  }
  call.constants.erase(call.constants.begin() + old.index);
  for (Operand& operand : call.operands) {
    if (operand.kind == Operand::Kind::kConstant && operand.index > old.index) --operand.index;
  }
}

struct Unpacking {
  Graph graph;
  Program program;
};

/// `program` where the constants of `chosen` are unpacked.
Unpacking with(const Graph& graph, const Program& program, const std::vector<Packed>& chosen) {
  Unpacking result{graph, {}};
  for (const Step& step : program) {
    KernelCall call = step.call;
    for (const Packed& constant : chosen) {
      if (constant.call != &step.call) continue;
      Tensor tensor;
      tensor.name = step.call.symbol + " unpacked";
      tensor.type = constant.type;
      tensor.shape = {static_cast<int>(constant.data->size() / size_of(constant.type))};
      const TensorId id = result.graph.add(std::move(tensor));
      result.program.push_back({step.node, unpack_call(constant, id)});
      replace(call, constant.operand, id);
    }
    result.program.push_back({step.node, std::move(call)});
  }
  return result;
}

}  // namespace

void unpack_before_use(Graph& graph, Program& program, std::optional<std::size_t> limit, CallerMemory caller,
                       bool avr) {
  const std::size_t plain = make_plan_with_streams(graph, program, {}, caller).arena_bytes;
  const std::size_t most = limit.value_or(plain);
  if (plain > most) return;
  std::vector<Packed> chosen;
  for (const Packed& constant : pack(constants_of(graph, program, avr))) {
    chosen.push_back(constant);
    const Unpacking tried = with(graph, program, chosen);
    if (make_plan_with_streams(tried.graph, tried.program, {}, caller).arena_bytes > most) chosen.pop_back();
  }
  Unpacking result = with(graph, program, pack(std::move(chosen)));  // codes for these alone
  graph = std::move(result.graph);
  program = std::move(result.program);
}

}  // namespace thimble
