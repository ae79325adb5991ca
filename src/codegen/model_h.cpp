#include "codegen/model_h.h"

#include <fmt/format.h>

#include "codegen/c_text.h"
#include "codegen/template.h"
#include "codegen/weights_c.h"

namespace thimble {
namespace {

std::string documentation_of(const Graph& graph, const char* role, const std::vector<TensorId>& ids) {
  std::string text;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Tensor& tensor = graph.tensor(ids[i]);
    text += fmt::format(" * {} {} '{}': {} {}, {} bytes", role, i, c_comment(tensor.name), name_of(tensor.type),
                        to_string(tensor.shape), tensor.bytes());
    if (tensor.quantization.present()) {
      text += fmt::format(", real = {} x (q - {})", tensor.scale(), tensor.zero_point());
    }
    text += "\n";
  }
  return text;
}

/// The bound on the stack, and a check of it against what the user has.
std::string stack_lines(const PackageOptions& options) {
  if (!options.stack) return "";
  return fmt::format(
      "#define MODEL_STACK_BYTES {}   /* model_invoke's stack, at most: proven from the call graph with\n"
      "                                  {} */\n"
      "#if defined(THIMBLE_STACK_LIMIT) && THIMBLE_STACK_LIMIT < MODEL_STACK_BYTES\n"
      "#error \"the model needs more stack than THIMBLE_STACK_LIMIT: see MODEL_STACK_BYTES\"\n#endif\n",
      options.stack->bytes, options.stack->compiler);
}

constexpr const char* kFillInput =
    "/* The memory of input `index`. Fill all inputs before each model_invoke(): it may write over them. */\n"
    "void *model_input(int index);\n\n"
    "/* The memory of output `index`, valid from model_invoke() until the inputs are filled again. */";

constexpr const char* kSetInput =
    "/* Says where input `index` is: model_inputs[index].bytes bytes, aligned as its elements are, such as a buffer "
    "of\n"
    "   yours or a constant in flash. Set all inputs before the first model_invoke(), which reads them there and "
    "never\n"
    "   writes to them; they stay set until they are set anew. model_selftest() sets inputs of its own. */\n"
    "void model_set_input(int index, const void *data);\n\n"
    "/* The memory of output `index`, valid from model_invoke() until the next one. */";

std::string input_macros(const Graph& graph, const Plan& plan) {
  if (plan.input_offsets.empty()) return "";
  return fmt::format(
      "#define MODEL_INPUT_OF_CALLER      /* inputs are where model_set_input says */\n"
      "#define MODEL_INPUT_BYTES {}   /* of all inputs, which are not in the arena */\n",
      input_bytes(graph));
}

}  // namespace

std::size_t input_bytes(const Graph& graph) {
  std::size_t bytes = 0;
  for (const TensorId id : graph.inputs) bytes += graph.tensor(id).bytes();
  return bytes;
}

std::string flash_qualifier(const Target& target) { return target.features.avr ? "MODEL_FLASH " : ""; }

std::string model_h(const Graph& graph, const Plan& plan, std::size_t weights_bytes, const PackageOptions& options) {
  std::string documentation =
      documentation_of(graph, "Input", graph.inputs) + documentation_of(graph, "Output", graph.outputs);
  documentation +=
      fmt::format(" * RAM {} bytes (the arena{}) and the stack; flash {} bytes of constants and the code.\n",
                  plan.arena_bytes, plan.input_offsets.empty() ? "" : "; inputs are the caller's", weights_bytes);
  documentation += " * Layers, in order:\n";
  for (const Node& node : graph.nodes) {
    const Tensor& output = graph.tensor(node.outputs[0]);
    documentation +=
        fmt::format(" *   {} -> {} {}\n", c_comment(node.op), name_of(output.type), to_string(output.shape));
  }
  const bool of_caller = !plan.input_offsets.empty();
  const std::string flash = flash_qualifier(options.target);
  return fill_template("model.h", {{"NAME", c_comment(graph.name.empty() ? "A model" : graph.name)},
                                   {"DOCUMENTATION", documentation},
                                   {"STACK", stack_lines(options)},
                                   {"INPUT_MACROS", input_macros(graph, plan)},
                                   {"INPUT_FUNCTION", of_caller ? kSetInput : kFillInput},
                                   {"IN_ARENA", of_caller ? "outputs" : "inputs and outputs"},
                                   {"FLASH", flash},
                                   {"FLASH_MACRO", flash.empty() ? "" : kFlashMacro},
                                   {"INPUTS", std::to_string(graph.inputs.size())},
                                   {"OUTPUTS", std::to_string(graph.outputs.size())},
                                   {"ARENA_BYTES", std::to_string(plan.arena_bytes)},
                                   {"WEIGHTS_BYTES", std::to_string(weights_bytes)}});
}

}  // namespace thimble
