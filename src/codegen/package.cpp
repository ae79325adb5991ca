#include "codegen/package.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "base/error.h"
#include "codegen/c_text.h"
#include "codegen/kernel_sources.h"
#include "codegen/layers_c.h"
#include "codegen/memory_c.h"
#include "codegen/model_h.h"
#include "codegen/narrow_params.h"
#include "codegen/selftest_c.h"
#include "codegen/stream_c.h"
#include "codegen/template.h"
#include "codegen/weights_c.h"

namespace thimble {

namespace {

std::size_t at(TensorId id) { return static_cast<std::size_t>(id); }

class PackageWriter {
 public:
  PackageWriter(const Graph& graph, const Program& program, const Plan& plan, const PackageOptions& options)
      : graph_(graph), program_(program), plan_(plan), options_(options) {}

  FileSet write() {
    collect_weights();
    if (!flash().empty()) check_arrays();
    FileSet files;
    std::set<std::string> sources;
    for (const auto& [call, step] : calls()) sources.insert(call->source);
    if (!plan_.streams.empty()) sources.insert("kernel/stream");
    add_kernel_sources(files, sources);
    if (!options_.target.features.avr) narrow(files);
    files["model.c"] = model_c(sources);
    files["model.h"] = model_h(graph_, plan_, weights_.bytes(), options_);
    files["weights.h"] = weights_.header();
    files["weights.c"] = weights_.source();
    const SelfTestText selftest = selftest_c(graph_, program_, plan_);
    files["selftest.c"] =
        fill_template("selftest.c", {{"GOLDEN", selftest.arrays}, {"GOLDEN_LIST", selftest.names}, {"FLASH", flash()}});
    files["main.c"] = fill_template("main.c", {{"FLASH", flash()}});
    files["Makefile"] = fill_template(
        "Makefile",
        {{"COMPILER", options_.target.compiler}, {"ARCHIVER", options_.target.archiver}, {"FLAGS", compiler_flags()}});
    files["CMakeLists.txt"] = fill_template("CMakeLists.txt", {});
    return files;
  }

 private:
  std::string flash() const { return flash_qualifier(options_.target); }

  std::string compiler_flags() const {
    std::string flags = options_.target.flags;
    if (options_.optimize == Optimize::kSize) flags.replace(flags.find("-O"), 3, "-Os");
    return flags;
  }

  /// Every call that is made, and the step that it stands for.
  std::vector<std::pair<const KernelCall*, std::size_t>> calls() const {
    std::vector<std::pair<const KernelCall*, std::size_t>> result;
    for (std::size_t i = 0; i < program_.size(); ++i) {
      if (!plan_.elided[i]) result.emplace_back(&program_[i].call, i);
    }
    for (const Stream& stream : plan_.streams) {
      for (const StreamStage& stage : stream.stages) {
        const auto step = static_cast<std::size_t>(stage.step);
        if (stage.begin) result.emplace_back(&*stage.begin, step);
        result.emplace_back(&stage.call, step);
        if (stage.end) result.emplace_back(&*stage.end, step);
      }
    }
    return result;
  }

  void narrow(FileSet& files) const {
    std::vector<const KernelCall*> all;
    for (const auto& [call, step] : calls()) all.push_back(call);
    narrow_params(files, all);
  }

  void collect_weights() {
    for (const auto& [call, step] : calls()) weights_.add(*call, node_of(step).name);
    for (const TensorId id : graph_.outputs) {
      if (graph_.tensor(id).constant()) weights_.add(id);
    }
  }

  /// Of AVRs, whose int is 16 bits wide.
  void check_arrays() const {
    constexpr std::size_t kMostArrayBytes = 32767;
    require(
        plan_.arena_bytes <= kMostArrayBytes,
        "needs {} bytes of RAM for activations; avr-gcc allows {} in an array; choose a smaller model, --optimize ram, "
        "or another target",
        plan_.arena_bytes, kMostArrayBytes);
    weights_.require_arrays_of(kMostArrayBytes);
  }

  /// `text` gives what is no constant.
  std::string pointer(const KernelCall& call, const Operand& operand, const OperandText& text) const {
    switch (operand.kind) {
      case Operand::Kind::kConstant:
        return weights_.pointer(call, operand);
      case Operand::Kind::kInput:
        if (graph_.tensor(operand.index).constant()) return weights_.pointer(call, operand);
        require(!operand.flash || flash().empty(), "'{}' is computed; {} of AVRs reads it from flash, as a constant",
                graph_.tensor(operand.index).name, call.symbol);
        return text(operand);
      case Operand::Kind::kOutput:
      case Operand::Kind::kScratch:
        return text(operand);
      case Operand::Kind::kNull:
        break;
    }
    return "NULL";
  }

  std::string model_c(const std::set<std::string>& sources) {
    std::string text = "#include \"model.h\"\n\n#include <string.h>\n\n#include \"weights.h\"\n\n";
    if (weights_.has_far()) text += "#define THIMBLE_FAR_WEIGHTS /* beyond the 64 kB that 16 bits reach */\n\n";
    text +=
        "/* The compiler folds what it knows of the layers into the kernels' bodies. */\n"
        "#if defined(__GNUC__)\n#define THIMBLE_KERNEL static inline __attribute__((always_inline))\n"
        "#define THIMBLE_SHARED_KERNEL static __attribute__((unused))\n"
        "#else\n#define THIMBLE_KERNEL static inline\n#define THIMBLE_SHARED_KERNEL static\n#endif\n\n";
    for (const std::string& source : sources) {
      text += fmt::format("#include \"kernels/{}.inc\"\n", source.substr(source.rfind('/') + 1));
    }
    text += memory_c(graph_, plan_);
    if (options_.mark_layers) text += "void bench_layer(uint16_t layer);\n\n";
    const std::string lines = pays_to_share() ? shared_call_lines(text) : call_lines(text);
    const ConstantText constant = [this](TensorId id) { return weights_.pointer(id); };
    const std::string copies = output_copies_c(graph_, plan_, constant);
    text += fmt::format("\nvoid model_invoke(void) {{\n{}{}{}}}\n\n", lines,
                        copies.empty() ? "" : mark(program_.size()), copies);
    text += tensor_table("inputs", graph_.inputs) + tensor_table("outputs", graph_.outputs);
    return text + memory_functions_c(graph_, plan_, constant);
  }

  /// Whether layers that share a body take less flash. A body by rows cannot be told as much, and pays for more than a
  /// few layers only: measured, the MLPerf Tiny models and the examples.
  bool pays_to_share() const {
    constexpr std::ptrdiff_t kFew = 3;
    if (options_.optimize != Optimize::kSize) return false;
    if (plan_.streams.empty()) return true;
    std::map<std::string, std::ptrdiff_t> count;
    for (const auto& [call, step] : calls()) ++count[call->symbol];
    return std::ranges::any_of(count, [&](const auto& kernel) { return kernel.second > kFew; });
  }

  LayerNote note(std::size_t step) const { return {step, node_of(step).op}; }
  std::string comment(std::size_t step) const { return layer_comment(std::vector{note(step)}); }

  const Node& node_of(std::size_t step) const { return graph_.nodes[at(program_[step].node)]; }

  /// The calls of all steps, in order. What they need is added to `text`.
  std::string call_lines(std::string& text) {
    const CallText in_stream = [&](const KernelCall& call, int step, const OperandText& operand, int advancing,
                                   const std::string& advance) {
      return call_text(call, static_cast<std::size_t>(step), operand, text, advancing, advance);
    };
    std::string lines;
    for (std::size_t i = 0; i < program_.size(); ++i) {
      for (std::size_t k = 0; k < plan_.streams.size(); ++k) {
        if (plan_.streams[k].first_step != static_cast<int>(i)) continue;
        const std::string functions = stream_c(plan_, k, in_stream, flash());
        text += "\n" + functions;
        lines += fmt::format("{}  stream_{}();\n", mark(program_.size()), k);
      }
      if (plan_.elided[i]) continue;
      const OperandText in_arena = [&](const Operand& operand) {
        const bool is_scratch = operand.kind == Operand::Kind::kScratch;
        return is_scratch ? fmt::format("ARENA({})", plan_.scratch_offsets[i]) : address_of(plan_, operand.index);
      };
      const std::string call = call_text(program_[i].call, i, in_arena, text, -1, "");
      lines += fmt::format("{}  {}; {}\n", mark(i), call, comment(i));
    }
    return lines;
  }

  /// The statement that marks a step.
  std::string mark(std::size_t step) const {
    return options_.mark_layers ? fmt::format("  bench_layer({});\n", step) : std::string();
  }

  /// A call that may be in a stream, where no line of its own names the layer. What comes behind it is no layer's.
  std::string marked_in_stream(std::size_t step, const std::string& call) const {
    if (!stream_of(plan_.streams, static_cast<int>(step))) return call;
    if (!options_.mark_layers) return call + " " + comment(step);
    return fmt::format("bench_layer({}), {}, bench_layer({})", step, call, program_.size());
  }

  LayerPointer layer_pointer(const KernelCall& call, std::size_t step, const Operand& operand) const {
    std::optional<std::ptrdiff_t> offset;
    const std::string text = pointer(call, operand, [&](const Operand& in_arena) {
      const bool is_scratch = in_arena.kind == Operand::Kind::kScratch;
      const int buffer = is_scratch ? -1 : plan_.buffers[at(in_arena.index)];
      offset = buffer >= 0  ? std::ptrdiff_t{-1} - buffer
               : is_scratch ? plan_.scratch_offsets[step]
                            : plan_.tensor_offsets[at(in_arena.index)];
      return std::string();
    });
    if (!offset) return {{}, text};
    return {offset, {}};
  }

  /// The calls of all steps, where those of a kernel share one body, which is added to `text`.
  std::string shared_call_lines(std::string& text) {
    std::vector<KernelUse> layers = stream_layers();
    const std::size_t in_streams = layers.size();
    for (std::size_t i = 0; i < program_.size(); ++i) {
      if (plan_.elided[i]) continue;
      const KernelCall& call = program_[i].call;
      KernelUse& layer = layers.emplace_back(KernelUse{&call, {}});
      layer.pointers.reserve(call.operands.size());
      for (const Operand& operand : call.operands) layer.pointers.push_back(layer_pointer(call, i, operand));
    }
    const LayersText shared = layers_c(layers, identifiers_, flash(), weights_.has_far() ? "MODEL_FAR " : flash());
    text += shared.functions;
    std::size_t next = 0;
    const CallText in_stream = [&](const KernelCall&, int step, const OperandText&, int, const std::string&) {
      return marked_in_stream(static_cast<std::size_t>(step), shared.calls[next++].text());
    };
    for (std::size_t k = 0; k < plan_.streams.size(); ++k) text += stream_c(plan_, k, in_stream, flash());
    return lines_in_order(std::span(shared.calls).subspan(in_streams));
  }

  /// The calls of the streams, in the order in which stream_c asks for them.
  std::vector<KernelUse> stream_layers() const {
    std::vector<KernelUse> layers;
    const CallText collect = [&](const KernelCall& call, int, const OperandText& operand_text, int advancing,
                                 const std::string& advance) {
      layers.push_back({&call, {}});
      for (std::size_t k = 0; k < call.operands.size(); ++k) {
        layers.back().pointers.push_back(
            stream_pointer(call, call.operands[k], operand_text, static_cast<int>(k) == advancing ? advance : ""));
      }
      return std::string();
    };
    for (std::size_t k = 0; k < plan_.streams.size(); ++k) stream_c(plan_, k, collect, flash());
    return layers;
  }

  LayerPointer stream_pointer(const KernelCall& call, const Operand& operand, const OperandText& operand_text,
                              const std::string& advance) const {
    constexpr std::string_view kArena = "ARENA(";
    bool constant = true;
    const std::string text = pointer(call, operand, [&](const Operand& other) {
      constant = false;
      return operand_text(other);
    });
    if (!advance.empty()) return {.passed = advanced(operand, text, advance)};
    if (constant) return {.constant = text};
    if (text.starts_with(kArena)) return {.offset = std::stol(text.substr(kArena.size()))};
    return {.passed = text};
  }

  /// `address` and `advance` bytes.
  std::string advanced(const Operand& operand, const std::string& address, const std::string& advance) const {
    return fmt::format("(const {0}void *)((const {0}int8_t *){1} + {2})", weights_.space(operand), address, advance);
  }

  /// Streams, and the calls of the steps that are in none, which `calls` are.
  std::string lines_in_order(std::span<const SharedCall> calls) const {
    std::string lines;
    std::vector<SharedCall> waiting;
    std::vector<LayerNote> notes;
    const auto flush = [&] {
      lines += thimble::call_lines(waiting, notes);
      waiting.clear();
      notes.clear();
    };
    std::size_t next = 0;
    for (std::size_t i = 0; i < program_.size(); ++i) {
      for (std::size_t k = 0; k < plan_.streams.size(); ++k) {
        if (plan_.streams[k].first_step != static_cast<int>(i)) continue;
        flush();
        lines += fmt::format("{}  stream_{}();\n", mark(program_.size()), k);
      }
      if (plan_.elided[i]) continue;
      if (options_.mark_layers) flush();  // no loop over layers then
      lines += mark(i);
      waiting.push_back(calls[next++]);
      notes.push_back(note(i));
    }
    flush();
    return lines;
  }

  /// A call without its semicolon; its parameters are added to `text`.
  std::string call_text(const KernelCall& call, std::size_t step, const OperandText& operand_text, std::string& text,
                        int advancing, const std::string& advance) {
    const Node& node = node_of(step);
    const std::string params = identifiers_.unique(node.name.empty() ? node.op : node.name) + "_params";
    text += fmt::format("static const {} {} = {}; {}\n", call.params_type, params, c_initializer(call.fields),
                        comment(step));
    std::vector<std::string> arguments = {"&" + params};
    for (std::size_t k = 0; k < call.operands.size(); ++k) {
      const std::string address = pointer(call, call.operands[k], operand_text);
      const bool advances = static_cast<int>(k) == advancing;
      arguments.push_back(advances ? advanced(call.operands[k], address, advance) : address);
    }
    return marked_in_stream(step, fmt::format("{}({})", call.symbol, fmt::join(arguments, ", ")));
  }

  std::string tensor_table(const std::string& name, const std::vector<TensorId>& ids) {
    std::string text = fmt::format("const {}model_tensor model_{}[MODEL_{}] = {{\n", flash(), name,
                                   name == "inputs" ? "INPUTS" : "OUTPUTS");
    std::string names;
    for (const TensorId id : ids) {
      const Tensor& tensor = graph_.tensor(id);
      require(tensor.shape.size() <= 8, "'{}' is {}; the generated C has at most 8 dimensions", tensor.name,
              to_string(tensor.shape));
      Shape dims = tensor.shape;
      if (dims.empty()) dims = {0};
      std::string text_of_name = fmt::format("\"{}\"", c_comment(tensor.name));
      if (!flash().empty()) {  // a literal would lie in RAM
        const std::string variable = identifiers_.unique(tensor.name + "_name");
        names += fmt::format("static const {}char {}[] = {};\n", flash(), variable, text_of_name);
        text_of_name = variable;
      }
      text += fmt::format("    {{{}, {}, {}, {{{}}}, {}, {}, {}}},\n", text_of_name, model_type(tensor.type),
                          tensor.shape.size(), fmt::join(dims, ", "), tensor.bytes(), c_float(tensor.scale()),
                          tensor.zero_point());
    }
    return names + text + "};\n\n";
  }

  const Graph& graph_;
  const Program& program_;
  const Plan& plan_;
  const PackageOptions& options_;
  Identifiers identifiers_;
  WeightsText weights_{graph_, identifiers_, options_.target.features.avr};
};

}  // namespace

FileSet generate_package(const Graph& graph, const Program& program, const Plan& plan, const PackageOptions& options) {
  return PackageWriter(graph, program, plan, options).write();
}

}  // namespace thimble
