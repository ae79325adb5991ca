#include "codegen/memory_c.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace thimble {
namespace {

std::size_t at(TensorId id) { return static_cast<std::size_t>(id); }

std::string pointer_to(const Graph& graph, const Plan& plan, TensorId id, const ConstantText& constant) {
  return graph.tensor(id).constant() ? constant(id) : address_of(plan, id);
}

/// The body of a function that gives the address of tensor `index` of `ids`: they are in the arena, or, which outputs
/// may be, constants and buffers of the caller's.
std::string address_table(const Graph& graph, const Plan& plan, const std::vector<TensorId>& ids,
                          const ConstantText& constant) {
  const bool in_arena =
      std::ranges::all_of(ids, [&](TensorId id) { return !graph.tensor(id).constant() && plan.buffers[at(id)] < 0; });
  if (in_arena && ids.size() == 1) return fmt::format("  (void)index;\n  return {};\n", address_of(plan, ids[0]));
  if (in_arena) {
    std::vector<std::ptrdiff_t> offsets;
    for (const TensorId id : ids) offsets.push_back(plan.tensor_offsets[at(id)]);
    return fmt::format("  static const uint32_t offsets[] = {{{}}};\n  return ARENA(offsets[index]);\n",
                       fmt::join(offsets, ", "));
  }
  std::string text = "  switch (index) {\n";
  for (std::size_t i = 0; i < ids.size(); ++i) {
    text += fmt::format("    case {}: return {};\n", i, pointer_to(graph, plan, ids[i], constant));
  }
  return text + "    default: return NULL;\n  }\n";
}

/// "MODEL_INPUTS + index"
std::string output_number(const Plan& plan, const std::string& index) {
  return plan.caller.inputs ? "MODEL_INPUTS + " + index : index;
}

std::string reset_lines(const Graph& graph, const Plan& plan) {
  std::string text;
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
    const Tensor& tensor = graph.tensors[i];
    if (!tensor.variable || plan.tensor_offsets[i] < 0) continue;
    text += fmt::format("  memset(ARENA({}), {}, {});\n", plan.tensor_offsets[i], tensor.zero_byte(), tensor.bytes());
  }
  return text;
}

}  // namespace

std::string address_of(const Plan& plan, TensorId id) {
  const int buffer = plan.buffers[at(id)];
  return buffer < 0 ? fmt::format("ARENA({})", plan.tensor_offsets[at(id)]) : fmt::format("of_caller[{}]", buffer);
}

std::string memory_c(const Graph& graph, const Plan& plan) {
  const bool empty = plan.caller.any() && plan.arena_bytes == 0;
  std::string text = empty ? "\n#define ARENA(offset) NULL\n\n"
                           : fmt::format(
                                 "\nstatic uint64_t arena[{}];\n"
                                 "#define ARENA(offset) ((void *)((uint8_t *)arena + (offset)))\n\n",
                                 std::max<std::size_t>(1, (plan.arena_bytes + 7) / 8));
  if (!plan.caller.any()) return text;
  text += fmt::format(
      "static void *of_caller[{}]; /* inputs, which nothing writes to, before outputs */\n"
      "#define ARENA_OR_CALLER(offset) ((offset) < 0 ? of_caller[-1 - (offset)] : ARENA(offset))\n\n",
      count_buffers(graph, plan.caller));
  if (plan.caller.inputs) {
    text += "void model_set_input(int index, const void *data) { of_caller[index] = (void *)data; }\n";
  }
  if (plan.caller.outputs) {
    text += fmt::format("void model_set_output(int index, void *data) {{ of_caller[{}] = data; }}\n",
                        output_number(plan, "index"));
  }
  return text + "\n";
}

std::string memory_functions_c(const Graph& graph, const Plan& plan, const ConstantText& constant) {
  std::string text;
  if (!plan.caller.inputs) {
    text +=
        fmt::format("void *model_input(int index) {{\n{}}}\n\n", address_table(graph, plan, graph.inputs, constant));
  }
  if (!plan.caller.outputs) {
    text += fmt::format("const void *model_output(int index) {{\n{}}}\n\n",
                        address_table(graph, plan, graph.outputs, constant));
  }
  return text + fmt::format("void model_reset(void) {{\n{}}}\n", reset_lines(graph, plan));
}

std::string output_copies_c(const Graph& graph, const Plan& plan, const ConstantText& constant) {
  std::string text;
  if (!plan.caller.outputs) return text;
  for (std::size_t k = 0; k < graph.outputs.size(); ++k) {
    const TensorId id = graph.outputs[k];
    const int buffer = first_output_buffer(graph, plan.caller) + static_cast<int>(k);
    if (plan.buffers[at(id)] == buffer) continue;
    text += fmt::format("  memcpy(of_caller[{}], {}, {});\n", buffer, pointer_to(graph, plan, id, constant),
                        graph.tensor(id).bytes());
  }
  return text;
}

}  // namespace thimble
