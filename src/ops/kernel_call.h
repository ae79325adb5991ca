// What an operator lowers to: a call of a C function. The executor invokes it, the code generator prints it, the
// planner reads its scratch size; none of the three knows any operator.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"
#include "ir/graph.h"

namespace thimble {

/// A member of a kernel's parameter struct: a number, an array of numbers, or a struct.
struct KernelField {
  std::string name;
  std::variant<std::int64_t, float, std::vector<std::int64_t>, std::vector<float>, std::vector<KernelField>> value;
  std::size_t bytes;
};

/// Constant data that lowering makes and the kernel reads: multipliers, tables, reordered weights.
struct KernelConstant {
  std::string name;  // "requant": unique within the call
  Type type;
  std::shared_ptr<const Bytes> data;
};

/// One pointer argument of a kernel.
struct Operand {
  enum class Kind { kInput, kOutput, kConstant, kScratch, kNull };
  Kind kind = Kind::kNull;
  int index = 0;  // kInput, kOutput: the TensorId; kConstant: which of the call's constants
  /// The kernel reads it through a pointer to THIMBLE_FLASH (kernel/flash.h): for AVR it must be a constant.
  bool flash = false;
  /// ... to THIMBLE_FAR, which reaches all of an AVR's flash.
  bool far = false;
};
inline Operand in(TensorId id) { return id == kNoTensor ? Operand{} : Operand{Operand::Kind::kInput, id}; }
inline Operand out(TensorId id) { return {Operand::Kind::kOutput, id}; }
inline Operand constant(int index) { return {Operand::Kind::kConstant, index}; }
inline Operand in_flash(Operand operand) {
  operand.flash = true;
  return operand;
}
inline Operand in_far_flash(Operand operand) {
  operand.flash = operand.far = true;
  return operand;
}
inline Operand scratch() { return {Operand::Kind::kScratch}; }

/// Another body of a call, made for the CPU at hand. Integer results equal those of the portable kernel bit for bit;
/// floats may differ by rounding.
struct HostKernel {
  std::size_t scratch_bytes = 0;
  /// `pointers` are the call's operands; `scratch` starts at a multiple of kHostAlignment.
  std::function<void(void* const* pointers, void* scratch)> run;
};
inline constexpr std::size_t kHostAlignment = 64;

/// Makes a faster body for this CPU, with the call's constants packed as that body reads them; none when the CPU or the
/// parameters do not allow it.
using HostFactory = std::function<std::optional<HostKernel>()>;

struct KernelCall {
  std::string symbol;               // the C function: "thimble_conv_2d_s8"
  std::string source;               // its files below src/, without extension: "ops/conv_2d/conv_2d_kernel"
  std::string params_type;          // the C struct: "thimble_conv_2d_params"
  std::vector<KernelField> fields;  // the struct's members, in order
  std::vector<Operand> operands;    // the pointers that follow the struct, in the order of the C function's parameters
  std::vector<KernelConstant> constants;
  std::size_t scratch_bytes = 0;
  /// Inputs whose memory the output may take over, when nothing reads them later: the kernel reads each element before
  /// it writes the element that takes its place.
  std::vector<TensorId> in_place;
  /// The call only copies its input: nothing is left to do when output and input share memory.
  bool copy = false;
  /// Runs the call's portable kernel; `pointers` are the operands.
  std::function<void(void* const* pointers)> invoke;
  HostFactory host;  // or null: there is only `invoke`
};

/// The pointers that `call.invoke` takes: `memory(id)` for tensors, the call's own constants, `scratch`. Kernels take
/// constants through const pointers; that all are plain pointers here only makes the list uniform.
std::vector<void*> bind_operands(const KernelCall& call, const std::function<void*(TensorId)>& memory, void* scratch);

/// The C type name of T, set by THIMBLE_PARAMS.
template <typename T>
struct ParamsInfo;

namespace detail {

/// The members of a parameter struct; throws InternalError when THIMBLE_PARAMS left one out.
template <typename Params>
std::vector<KernelField> checked_fields(const Params& params) {
  std::vector<KernelField> fields = ParamsInfo<Params>::fields(params);
  std::size_t bytes = 0;
  for (const KernelField& field : fields) bytes += field.bytes;
  ensure(bytes == sizeof(Params), "the fields listed for {} are not all of its members", ParamsInfo<Params>::name);
  return fields;
}

template <typename T>
KernelField field(const char* name, const T& value) {
  if constexpr (std::is_same_v<T, float>) {
    return {name, value, sizeof(T)};
  } else if constexpr (std::is_class_v<T>) {
    return {name, checked_fields(value), sizeof(T)};
  } else if constexpr (std::is_array_v<T>) {
    using Element = std::remove_cvref_t<decltype(value[0])>;
    using Stored = std::conditional_t<std::is_same_v<Element, float>, float, std::int64_t>;
    return {name, std::vector<Stored>(std::begin(value), std::end(value)), sizeof(T)};
  } else {
    return {name, static_cast<std::int64_t>(value), sizeof(T)};
  }
}

template <typename Params, typename... Pointers, std::size_t... I>
auto host_call(void (*function)(const Params*, Pointers...), const Params& params, std::index_sequence<I...>) {
  return [function, params](void* const* pointers) { function(&params, static_cast<Pointers>(pointers[I])...); };
}

}  // namespace detail

/// Makes the call of `function`, which the host runs at once; `symbol` and `source` say how the generated C names it.
template <typename Params, typename... Pointers>
KernelCall kernel_call(const char* symbol, const char* source, void (*function)(const Params*, Pointers...),
                       const Params& params, std::vector<Operand> operands) {
  ensure(operands.size() == sizeof...(Pointers), "{}: {} operands for {} pointers", symbol, operands.size(),
         sizeof...(Pointers));
  KernelCall call;
  call.symbol = symbol;
  call.source = source;
  call.params_type = ParamsInfo<Params>::name;
  call.fields = detail::checked_fields(params);
  call.operands = std::move(operands);
  call.invoke = detail::host_call(function, params, std::index_sequence_for<Pointers...>{});
  return call;
}

// THIMBLE_PARAMS(type, member...) lists the members of a C parameter struct, in their order. At global scope.
#define THIMBLE_PARAMS(type, ...)                                                                                     \
  template <>                                                                                                         \
  struct thimble::ParamsInfo<type> {                                                                                  \
    static constexpr const char* name = #type;                                                                        \
    static std::vector<thimble::KernelField> fields(const type& params) { return {THIMBLE_EACH_FIELD(__VA_ARGS__)}; } \
  };
// Recursion for up to 256 members: each EXPAND rescans its argument.
#define THIMBLE_PARENS ()
#define THIMBLE_EXPAND(...) THIMBLE_EXPAND3(THIMBLE_EXPAND3(THIMBLE_EXPAND3(THIMBLE_EXPAND3(__VA_ARGS__))))
#define THIMBLE_EXPAND3(...) THIMBLE_EXPAND2(THIMBLE_EXPAND2(THIMBLE_EXPAND2(THIMBLE_EXPAND2(__VA_ARGS__))))
#define THIMBLE_EXPAND2(...) THIMBLE_EXPAND1(THIMBLE_EXPAND1(THIMBLE_EXPAND1(THIMBLE_EXPAND1(__VA_ARGS__))))
#define THIMBLE_EXPAND1(...) __VA_ARGS__
#define THIMBLE_EACH_FIELD(...) __VA_OPT__(THIMBLE_EXPAND(THIMBLE_FIELD_STEP(__VA_ARGS__)))
#define THIMBLE_FIELD_STEP(member, ...) \
  thimble::detail::field(#member, params.member), __VA_OPT__(THIMBLE_FIELD_AGAIN THIMBLE_PARENS(__VA_ARGS__))
#define THIMBLE_FIELD_AGAIN() THIMBLE_FIELD_STEP

/// KERNEL_OF(folder, function): the first three arguments of kernel_call, for a kernel in the operator's own folder.
#define KERNEL_OF(folder, function) #function, "ops/" folder "/" folder "_kernel", &function

}  // namespace thimble
