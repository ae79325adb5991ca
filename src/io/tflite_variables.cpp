#include "io/tflite_variables.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "base/error.h"

namespace thimble {
namespace {

enum Builtin : std::int32_t { kCallOnce = 129, kVarHandle = 142, kReadVariable = 143, kAssignVariable = 144 };
enum OptionsType : std::int32_t {
  kCallOnceOptions = 103,
  kVarHandleOptions = 111,
  kReadVariableOptions = 112,
  kAssignVariableOptions = 113
};

std::int32_t builtin_of(const TfliteModel& model, const TfliteOperator& op) {
  return model.operator_codes[static_cast<std::size_t>(op.opcode_index)].builtin_code;
}

void require_operands(const TfliteOperator& op, std::size_t inputs, std::size_t outputs, const char* name) {
  const auto absent = [](std::int32_t id) { return id < 0; };
  require(op.inputs.size() == inputs && op.outputs.size() == outputs && std::ranges::none_of(op.inputs, absent),
          "{} has {} inputs and {} outputs, expected {} and {}", name, op.inputs.size(), op.outputs.size(), inputs,
          outputs);
}

/// The variable that each handle of a subgraph stands for, by container and shared name.
using Name = std::pair<std::string, std::string>;
std::map<std::int32_t, Name> handles_of(const TfliteModel& model, const TfliteSubgraph& graph) {
  std::map<std::int32_t, Name> handles;
  for (const TfliteOperator& op : graph.operators) {
    if (builtin_of(model, op) != kVarHandle) continue;
    require_operands(op, 0, 1, "VAR_HANDLE");
    handles[op.outputs[0]] = {op.options.table.text(0), op.options.table.text(1)};
  }
  return handles;
}

/// What each byte of state starts as (Tensor::zero_byte).
std::uint8_t zero_byte(const TfliteTensor& tensor) {
  const bool has_zero_point = tensor.type == kTfliteInt8 && !tensor.quantization.zero_point.empty();
  return static_cast<std::uint8_t>(has_zero_point ? tensor.quantization.zero_point[0] : 0);
}

bool is_zero(const TfliteTensor& tensor) {
  const std::uint8_t zero = zero_byte(tensor);
  return std::ranges::all_of(tensor.data.span(), [zero](std::uint8_t byte) { return byte == zero; });
}

/// The subgraph that a CALL_ONCE runs may do nothing but assign zeros.
void check_first_values(const TfliteModel& model, const TfliteOperator& call) {
  const std::int32_t index = call.options.table.i32(0, 0);
  require(index > 0 && static_cast<std::size_t>(index) < model.subgraphs.size(), "CALL_ONCE runs subgraph {} of {}",
          index, model.subgraphs.size());
  const TfliteSubgraph& graph = model.subgraphs[static_cast<std::size_t>(index)];
  const std::map<std::int32_t, Name> handles = handles_of(model, graph);
  for (const TfliteOperator& op : graph.operators) {
    if (builtin_of(model, op) == kVarHandle) continue;
    require(builtin_of(model, op) == kAssignVariable,
            "subgraph {}, which CALL_ONCE runs, computes; only the assignment of constants is supported", index);
    require_operands(op, 2, 0, "ASSIGN_VARIABLE");
    const auto variable = handles.find(op.inputs[0]);
    const TfliteTensor& value = graph.tensors[static_cast<std::size_t>(op.inputs[1])];
    require(variable != handles.end() && value.data, "subgraph {} assigns what is no constant", index);
    require(is_zero(value), "the variable '{}' starts with values other than zero, which is not supported",
            variable->second.second);
  }
}

class Resolver {
 public:
  explicit Resolver(TfliteModel& model)
      : model_(model), graph_(model.subgraphs[0]), handles_(handles_of(model, graph_)) {}

  void run() {
    for (const auto& [handle, name] : handles_) variables_.try_emplace(name, handle);
    std::vector<TfliteOperator> kept;
    for (TfliteOperator& op : graph_.operators) {
      if (resolve(op)) kept.push_back(std::move(op));
    }
    graph_.operators = std::move(kept);
    for (const auto& [handle, name] : handles_) {
      require(typed_[handle] || variables_[name] != handle, "the variable '{}' is neither read nor assigned",
              name.second);
    }
  }

 private:
  /// The tensor that stands for the variable behind a handle.
  std::int32_t variable(std::int32_t handle) const {
    const auto found = handles_.find(handle);
    require(found != handles_.end(), "{} is no handle of a variable",
            tflite_tensor_label(static_cast<std::size_t>(handle), tensor(handle).name));
    return variables_.at(found->second);
  }

  /// False: the operator is no longer needed.
  bool resolve(TfliteOperator& op) {
    switch (builtin_of(model_, op)) {
      case kVarHandle:
        unused(op.outputs[0]);
        return false;
      case kCallOnce:
        check_first_values(model_, op);
        return false;
      case kReadVariable:
        require_operands(op, 1, 1, "READ_VARIABLE");
        op.inputs = {typed(variable(op.inputs[0]), op.outputs[0])};
        return true;
      case kAssignVariable:
        require_operands(op, 2, 0, "ASSIGN_VARIABLE");
        op.outputs = {typed(variable(op.inputs[0]), op.inputs[1])};
        op.inputs = {op.inputs[1]};
        return true;
      default:
        return true;
    }
  }

  /// A handle that is no variable's first holds nothing.
  void unused(std::int32_t handle) {
    if (!typed_[handle]) tensor(handle) = {.name = tensor(handle).name, .type = kTfliteInt8, .shape = {0}};
  }

  /// The variable has the type, shape and quantization of what is read from it or assigned to it.
  std::int32_t typed(std::int32_t variable, std::int32_t value) {
    if (!typed_[variable]) {
      const std::string name = handles_.at(variable).second;
      tensor(variable) = tensor(value);
      tensor(variable).name = name;
      tensor(variable).data = {};
      tensor(variable).is_variable = true;
      typed_[variable] = true;
    }
    return variable;
  }

  TfliteTensor& tensor(std::int32_t id) const { return graph_.tensors[static_cast<std::size_t>(id)]; }

  TfliteModel& model_;
  TfliteSubgraph& graph_;
  std::map<std::int32_t, Name> handles_;
  std::map<Name, std::int32_t> variables_;  // the first handle of each, whose tensor becomes the variable
  std::map<std::int32_t, bool> typed_;
};

class HandleMaker {
 public:
  explicit HandleMaker(TfliteModel& model) : model_(model) {}

  void run() {
    std::vector<TfliteOperator> all;
    for (TfliteOperator& op : main().operators) {
      const std::int32_t builtin = builtin_of(model_, op);
      if (builtin == kReadVariable) {
        op.inputs = {handle(op.inputs[0], all)};
        op.options = {kReadVariableOptions, {}};
      } else if (builtin == kAssignVariable) {
        op.inputs = {handle(op.outputs[0], all), op.inputs[0]};
        op.outputs.clear();
        op.options = {kAssignVariableOptions, {}};
      }
      all.push_back(std::move(op));
    }
    if (!handles_.empty()) all.insert(all.begin(), call_of_first_values());
    main().operators = std::move(all);
  }

 private:
  /// Makes the handle of a variable before its first use.
  std::int32_t handle(std::int32_t variable, std::vector<TfliteOperator>& operators) {
    const auto found = handles_.find(variable);
    if (found != handles_.end()) return found->second;
    const std::int32_t made = add_handle(main(), name_of(variable), operators);
    tensor(variable).is_variable = false;  // LiteRT would look for a place for it; it is no longer used
    handles_[variable] = made;
    return made;
  }

  std::int32_t add_handle(TfliteSubgraph& graph, const std::string& name, std::vector<TfliteOperator>& operators) {
    graph.tensors.push_back({.name = name + "/handle", .type = kTfliteResource, .has_rank = true});
    const auto id = static_cast<std::int32_t>(graph.tensors.size() - 1);
    operators.push_back({.opcode_index = code(kVarHandle),
                         .outputs = {id},
                         .options = {kVarHandleOptions, OptionsTable({{0, std::string()}, {1, name}})}});
    return id;
  }

  TfliteOperator call_of_first_values() {
    TfliteSubgraph first{.name = "first_values", .tensors = {}, .inputs = {}, .outputs = {}, .operators = {}};
    for (const auto& [variable, handle] : handles_) {
      const std::int32_t name = add_handle(first, name_of(variable), first.operators);
      TfliteTensor value = tensor(variable);
      std::int64_t bytes = tflite_type_bits(value.type) / 8;
      for (const std::int32_t dimension : value.shape) bytes *= dimension;
      value.data = SharedBytes(Bytes(static_cast<std::size_t>(bytes), zero_byte(value)));
      first.tensors.push_back(std::move(value));
      const auto id = static_cast<std::int32_t>(first.tensors.size() - 1);
      first.operators.push_back(
          {.opcode_index = code(kAssignVariable), .inputs = {name, id}, .options = {kAssignVariableOptions, {}}});
    }
    model_.subgraphs.push_back(std::move(first));
    const auto index = static_cast<std::int32_t>(model_.subgraphs.size() - 1);
    return {.opcode_index = code(kCallOnce), .options = {kCallOnceOptions, OptionsTable({{0, index}})}};
  }

  std::int32_t code(std::int32_t builtin) {
    const auto found = std::ranges::find(model_.operator_codes, builtin, &TfliteOperatorCode::builtin_code);
    const auto index = static_cast<std::int32_t>(found - model_.operator_codes.begin());
    if (found == model_.operator_codes.end()) model_.operator_codes.push_back({.builtin_code = builtin});
    return index;
  }

  TfliteSubgraph& main() const { return model_.subgraphs[0]; }
  std::string name_of(std::int32_t variable) const { return tensor(variable).name; }
  TfliteTensor& tensor(std::int32_t id) const { return main().tensors[static_cast<std::size_t>(id)]; }

  TfliteModel& model_;
  std::map<std::int32_t, std::int32_t> handles_;  // of each variable
};

}  // namespace

void resolve_variables(TfliteModel& model) { Resolver(model).run(); }

void add_variable_handles(TfliteModel& model) { HandleMaker(model).run(); }

}  // namespace thimble
