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
    "void *model_input(int index);\n\n";

constexpr const char* kSetInput =
    "/* Says where input `index` is: model_inputs[index].bytes bytes, aligned as its elements are, such as a buffer "
    "of\n"
    "   yours or a constant in flash. Set all inputs before the first model_invoke(), which reads them there and "
    "never\n"
    "   writes to them; they stay set until they are set anew. model_selftest() sets inputs of its own. */\n"
    "void model_set_input(int index, const void *data);\n\n";

constexpr const char* kSetOutput =
    "/* Says where output `index` goes: model_outputs[index].bytes bytes, aligned as its elements are, apart from all\n"
    "   inputs and other outputs. Set all outputs before the first model_invoke(), which may use that memory before "
    "it\n"
    "   writes the outputs there; they stay set until they are set anew. model_selftest() sets outputs of its own. "
    "*/\n"
    "void model_set_output(int index, void *data);";

std::string output_function(CallerMemory caller) {
  if (caller.outputs) return kSetOutput;
  return fmt::format(
      "/* The memory of output `index`, valid from model_invoke() until {}. */\nconst void *model_output(int index);",
      caller.inputs ? "the next one" : "the inputs are filled again");
}

/// What else than the activations is in the arena.
std::string in_arena(CallerMemory caller) {
  if (caller.inputs && caller.outputs) return "";
  return caller.inputs ? ", outputs" : caller.outputs ? ", inputs" : ", inputs and outputs";
}

std::string of_caller(CallerMemory caller) {
  return caller.any() ? fmt::format("; {} are the caller's", caller.names()) : "";
}

std::string caller_macros(const Graph& graph, CallerMemory caller) {
  std::string text;
  if (caller.inputs) {
    text += fmt::format(
        "#define MODEL_INPUT_OF_CALLER      /* inputs are where model_set_input says */\n"
        "#define MODEL_INPUT_BYTES {}   /* of all inputs, which are not in the arena */\n",
        total_bytes(graph, graph.inputs));
  }
  if (caller.outputs) {
    text += fmt::format(
        "#define MODEL_OUTPUT_OF_CALLER     /* outputs go where model_set_output says */\n"
        "#define MODEL_OUTPUT_BYTES {}   /* of all outputs, which are not in the arena */\n",
        total_bytes(graph, graph.outputs));
  }
  return text;
}

}  // namespace

std::size_t total_bytes(const Graph& graph, const std::vector<TensorId>& ids) {
  std::size_t bytes = 0;
  for (const TensorId id : ids) bytes += graph.tensor(id).bytes();
  return bytes;
}

std::string flash_qualifier(const Target& target) { return target.features.avr ? "MODEL_FLASH " : ""; }

std::string model_h(const Graph& graph, const Plan& plan, std::size_t weights_bytes, const PackageOptions& options) {
  std::string documentation =
      documentation_of(graph, "Input", graph.inputs) + documentation_of(graph, "Output", graph.outputs);
  documentation +=
      fmt::format(" * RAM {} bytes (the arena{}) and the stack; flash {} bytes of constants and the code.\n",
                  plan.arena_bytes, of_caller(plan.caller), weights_bytes);
  documentation += " * Layers, in order:\n";
  for (const Node& node : graph.nodes) {
    const Tensor& output = graph.tensor(node.outputs[0]);
    documentation +=
        fmt::format(" *   {} -> {} {}\n", c_comment(node.op), name_of(output.type), to_string(output.shape));
  }
  const std::string flash = flash_qualifier(options.target);
  return fill_template("model.h", {{"NAME", c_comment(graph.name.empty() ? "A model" : graph.name)},
                                   {"DOCUMENTATION", documentation},
                                   {"STACK", stack_lines(options)},
                                   {"CALLER_MACROS", caller_macros(graph, plan.caller)},
                                   {"INPUT_FUNCTION", plan.caller.inputs ? kSetInput : kFillInput},
                                   {"OUTPUT_FUNCTION", output_function(plan.caller)},
                                   {"IN_ARENA", in_arena(plan.caller)},
                                   {"FLASH", flash},
                                   {"FLASH_MACRO", flash.empty() ? "" : kFlashMacro},
                                   {"INPUTS", std::to_string(graph.inputs.size())},
                                   {"OUTPUTS", std::to_string(graph.outputs.size())},
                                   {"ARENA_BYTES", std::to_string(plan.arena_bytes)},
                                   {"WEIGHTS_BYTES", std::to_string(weights_bytes)}});
}

}  // namespace thimble
