// Makes docs/operators.md from the table of operators and from their golden cases.
// usage: operators_doc SOURCE_FOLDER           prints it
//        operators_doc SOURCE_FOLDER --check   fails when docs/operators.md is another
#include <cstdio>
#include <optional>

#include "base/error.h"
#include "ops/golden_testing.h"

namespace {

namespace fs = std::filesystem;
using namespace thimble;

/// Words in the order in which they came, each once.
class Words {
 public:
  void add(const std::string& word) {
    if (std::ranges::find(words_, word) == words_.end()) words_.push_back(word);
  }
  std::string text() const {
    std::string joined;
    for (const std::string& word : words_) joined += (joined.empty() ? "" : ", ") + word;
    return joined;
  }

 private:
  std::vector<std::string> words_;
};

/// What the golden cases tell of an operator.
struct Kernels {
  Words types;
  Words host_types;  // with a body of their own for the host's CPU
  bool rounding = false;
};

/// "int8", "float32 to int8" where inputs and output differ, "hybrid" for float inputs with integer weights. An
/// operator may choose by a float or integer input: the one that counts is of the output's type, or else the first that
/// is no constant.
std::string types_of(const GoldenCase& golden) {
  const NodeView node(golden.test.graph(), golden.test.node());
  const Type output = golden.outputs.at(0).type;
  std::optional<Type> input;
  bool integer_constant = false;
  for (int i = 0; i < node.input_count(); ++i) {
    if (!node.has_input(i)) continue;
    const Type type = node.input(i).type;
    if (golden.constant_inputs[static_cast<std::size_t>(i)]) {
      integer_constant = integer_constant || type == Type::kInt8 || type == Type::kInt4;
    } else if (!input || type == output) {
      input = type;
    }
  }
  const std::string made(name_of(output));
  if (output == Type::kFloat32 && integer_constant) return "hybrid";
  return !input || *input == output ? made : std::string(name_of(*input)) + " to " + made;
}

bool same_call(const KernelCall& a, const KernelCall& b) {
  return a.symbol == b.symbol &&
         std::ranges::equal(a.constants, b.constants, [](const auto& x, const auto& y) { return *x.data == *y.data; });
}

Kernels kernels_of(const std::vector<GoldenCase>& cases) {
  Kernels kernels;
  for (const GoldenCase& golden : cases) {
    const LowerOptions own = {.rounding = golden.litert ? Rounding::kLitert : Rounding::kTflm};
    const bool right = differences(golden, golden.test.run(own)).empty();
    const std::string types = types_of(golden);
    kernels.types.add(right ? types : types + " (not yet equal)");
    const NodeView node(golden.test.graph(), golden.test.node());
    const Op& op = op_of(node.node());
    const std::vector<KernelCall> tflm = op.lower(node, {.rounding = Rounding::kTflm});
    const std::vector<KernelCall> litert = op.lower(node, {.rounding = Rounding::kLitert});
    kernels.rounding = kernels.rounding || !std::ranges::equal(tflm, litert, same_call);
    if (std::ranges::any_of(tflm, [](const KernelCall& call) { return bool(call.host); }))
      kernels.host_types.add(types);
  }
  return kernels;
}

std::string fused(const Op& op) {
  Words words;
  if (op.quantization.bias_input >= 0) words.add("bias");
  for (const TfliteField& field : op.tflite.fields) {
    if (field.attribute == "activation") words.add("activation");
  }
  return words.text();
}

std::string layers(const Op& op) {
  Words words;
  for (const LayerCodec& layer : op.layers) words.add(std::string(layer.class_name));
  return words.text();
}

std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

std::string row(const Op& op, const Kernels& kernels) {
  const std::string code = op.tflite.builtin < 0 ? "" : std::to_string(op.tflite.builtin);
  return fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", op.name, code, cell(op.summary),
                     kernels.types.text(), fused(op), layers(op), op.quantization.supported ? "yes" : "",
                     op.train ? "yes" : "", kernels.host_types.text(), kernels.rounding ? "yes" : "");
}

constexpr const char* kIntroduction = R"(# Operators

Made from the table of operators by `build/release/tests/operators_doc . > docs/operators.md`; a test says when to renew it.

- **Code**: TFLite's number of the operator (BuiltinOperator). Those without one are Keras's, and are folded away on the way to a
  `.tflite` file.
- **Types**: what is compared with TFLite Micro, or with LiteRT where that lacks it, in src/ops/OPERATOR/OPERATOR_golden.json:
  integers bit for bit, floats within 1e-5. Hybrid: float32 activations, int8 or int4 weights.
- **Fused**: what the operator does beside its own work; an activation that follows it in the model moves into it.
- **Keras**: the layers of recipes and `.keras` files that make the operator.
- **Quantizes**: `thimble convert --quantize` makes it integer. **Trains**: gradients pass through it.
- **Host body**: the types that have a body of their own for the host's AVX2 or AVX-512, bit-equal (floats: within rounding). All
  others run the portable C99 kernel, as devices do, unless their CPU has one (docs/architecture.md).
- **Rounding**: `--rounding litert` and `tflm` (the default) may differ. Of all others the reference kernels of both agree.

)";

std::string markdown(const fs::path& source) {
  std::string text = kIntroduction;
  text += "| Operator | Code | Does | Types | Fused | Keras | Quantizes | Trains | Host body | Rounding |\n";
  text += "|---|---|---|---|---|---|---|---|---|---|\n";
  for (const Op* op : all_ops()) {
    std::string folder(op->name);
    std::ranges::transform(folder, folder.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const fs::path ops = source / "src/ops";
    const bool has_goldens = fs::exists(ops / folder / (folder + "_golden.json"));
    text += row(*op, has_goldens ? kernels_of(golden_cases(ops, folder)) : Kernels{});
  }
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const fs::path source = argv[1];
  const std::string text = markdown(source);
  if (argc == 2) {
    std::fputs(text.c_str(), stdout);
    return 0;
  }
  if (as_text(real_file_system().read(source / "docs/operators.md")) == text) return 0;
  std::fputs("docs/operators.md is not current; renew it: build/release/tests/operators_doc . > docs/operators.md\n",
             stderr);
  return 1;
}
