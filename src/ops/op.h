// The operator contract: all that the rest of Thimble knows of an operator. One folder an operator; each defines
// `const Op <folder>_op` and the build lists the folders (docs/adding-an-operator.md).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ir/graph.h"
#include "ops/kernel_call.h"
#include "ops/layer_codec.h"
#include "ops/rows.h"
#include "ops/tflite_codec.h"
#include "ops/train_kernels.h"

namespace thimble {

class Expansion;
struct ChannelLayer;
struct Packing;
class NodeQuantizer;

/// A node with its tensors, as an operator's functions see it.
class NodeView {
 public:
  NodeView(const Graph& graph, const Node& node) : graph_(graph), node_(node) {}
  const Graph& graph() const { return graph_; }
  const Node& node() const { return node_; }
  const Attributes& attributes() const { return node_.attributes; }
  int input_count() const { return static_cast<int>(node_.inputs.size()); }
  int output_count() const { return static_cast<int>(node_.outputs.size()); }
  bool has_input(int index) const { return index < input_count() && input_id(index) != kNoTensor; }
  /// Output `index` exists: a file gave its shape, or infer made it. During infer its shape may be wrong.
  bool has_output(int index) const { return index < output_count(); }
  TensorId input_id(int index) const { return node_.inputs[static_cast<std::size_t>(index)]; }
  TensorId output_id(int index) const { return node_.outputs[static_cast<std::size_t>(index)]; }
  const Tensor& input(int index) const { return graph_.tensor(input_id(index)); }
  const Tensor& output(int index) const { return graph_.tensor(output_id(index)); }
  /// The operand of an input that may be absent.
  Operand optional_in(int index) const { return has_input(index) ? in(input_id(index)) : Operand{}; }

 private:
  const Graph& graph_;
  const Node& node_;
};

/// The type and shape of an output.
struct TensorSpec {
  Type type;
  Shape shape;
};

/// How an output's quantization parameters are chosen when a float model is quantized.
enum class OutputRange {
  kObserved,     // from the values seen on the calibration data
  kSameAsInput,  // those of input 0: the operator only moves or selects values
  kFixed,        // QuantizationRule::fixed
};

struct QuantizationRule {
  bool supported = false;
  OutputRange output = OutputRange::kObserved;
  /// kFixed: the scale and zero point for int8, and the scale for int16 (zero point 0).
  float int8_scale = 0.0f;
  int int8_zero_point = 0;
  float int16_scale = 0.0f;
  /// The input that holds weights, quantized symmetrically to int8, with one scale for each index of `weights_axis`;
  /// -1: none.
  int weights_input = -1;
  int weights_axis = 0;
  /// The input that holds the bias: scale = input scale * weights scale, int32 (int64 with int16 activations); -1:
  /// none.
  int bias_input = -1;
  /// The input whose scale is in the bias's.
  int data_input = 0;
  /// All activation inputs must have the output's parameters (concatenation).
  bool inputs_like_output = false;
  /// For operators whose inputs need more than the members above say: quantizes inputs and outputs
  /// (ops/node_quantizer.h).
  void (*quantize)(NodeQuantizer&) = nullptr;
};

/// Where TFLM's and LiteRT's optimized kernels round differently.
enum class Rounding { kTflm, kLitert };

/// What the target's CPU can do beyond portable C. Operators may lower to kernels made for it; their integer outputs
/// equal the portable kernels' bit for bit.
struct Features {
  bool dsp = false;           // Armv7E-M: SMLAD and its kin, two 16-bit multiplies in one instruction
  bool mve = false;           // Armv8.1-M's vectors (Helium): VMLADAVA, 16 multiplies of bytes in one instruction
  bool fpu = false;           // a floating-point unit of single precision; with mve, vectors of floats too
  bool lanes = false;         // 32-bit multiplies only: the DSP kernels in other forms (kernel/dsp.h)
  bool multiply_add = false;  // Armv7-M: MLA, a multiply and an addition in one instruction
  bool avr = false;  // 8-bit AVR: bytes are multiplied, constants are read from flash by instructions of their own
};

struct LowerOptions {
  Rounding rounding = Rounding::kTflm;
  Features features = {};
  bool pairs = false;         // two nodes may become one call (Op::lower_with)
  bool pack_weights = false;  // prepare_for_board chooses `packing`
  /// Which weights are packed (ops/packing.h); null: none. Must outlive the lowering.
  const Packing* packing = nullptr;
};

struct Op {
  std::string_view name;     // TFLite's: "CONV_2D"
  std::string_view summary;  // one sentence, for docs/operators.md
  int min_inputs = 1;
  int max_inputs = 1;
  int outputs = 1;
  /// Types and shapes of the outputs. Throws InputError when inputs or attributes do not fit: a file may hold anything.
  std::vector<TensorSpec> (*infer)(const NodeView&) = nullptr;
  /// The C calls that compute the node. Throws InputError for types that have no kernel. Null: the node must be gone by
  /// then, expanded.
  std::vector<KernelCall> (*lower)(const NodeView&, const LowerOptions&) = nullptr;
  /// How one row of the output is made; none, or null: only the whole image is. Only for nodes that lower to one call.
  RowRuleOf rows = nullptr;
  /// How the output is made of an image that arrives in rows; none, or null: it is not.
  RowSinkOf row_sink = nullptr;
  /// One call that computes the node and `next`, the only reader of its output, without that output; none where there
  /// is no such kernel. Null: never.
  std::optional<KernelCall> (*lower_with)(const NodeView& node, const NodeView& next, const LowerOptions&) = nullptr;
  /// The node as a convolution whose weights may be packed (ops/channel_layer.h); none where it is none, or null:
  /// never.
  std::optional<ChannelLayer> (*channel_layer)(const NodeView&, const LowerOptions&) = nullptr;
  QuantizationRule quantization = {};
  /// Multiply-accumulates of one invocation; null: none.
  std::int64_t (*macs)(const NodeView&) = nullptr;
  /// How .tflite files hold the operator; builtin -1: they do not.
  TfliteCodec tflite = {};
  /// The Keras layers that make nodes of this operator.
  std::span<const LayerCodec> layers = {};
  /// For Keras's layers that TFLite does not have: adds nodes of TFLite's operators that compute the same at inference,
  /// and returns their output (ops/expansion.h). Null: the operator is TFLite's, or is taken out by another pass.
  TensorId (*expand)(Expansion&, const NodeView&) = nullptr;
  /// Forward and gradient for training; null: cannot be trained through.
  const TrainKernels* train = nullptr;
};

/// Every operator, ordered by name.
std::span<const Op* const> all_ops();

/// The operator of that name, or null.
const Op* find_op(std::string_view name);

/// The operator of `node`. Throws InternalError if there is none.
const Op& op_of(const Node& node);

/// The operator that TFLite numbers `builtin`, or null.
const Op* find_tflite_op(int builtin);

/// The layer that Keras calls `class_name`, or null.
const LayerCodec* find_layer(std::string_view class_name);

/// Checks the number of inputs and outputs, then infers. Throws InputError.
std::vector<TensorSpec> infer(const Graph& graph, const Node& node);

/// Appends `node` to the graph with new tensors for its outputs, of the types and shapes inferred; the first is called
/// `name`. Returns the first output.
TensorId append(Graph& graph, Node node, const std::string& name);

}  // namespace thimble
