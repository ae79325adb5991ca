#include <flatbuffers/flatbuffers.h>

#include <map>

#include "base/error.h"
#include "tflite_generated.h"
#include "wire/tflite.h"

namespace thimble {
namespace {

using flatbuffers::Offset;
template <typename T>
using List = flatbuffers::Vector<T>;

class Writer {
 public:
  Bytes file(const TfliteModel& model) {
    // Made first so that they stand last, all tables close together before them.
    for (const TfliteSubgraph& graph : model.subgraphs) {
      for (const TfliteTensor& tensor : graph.tensors) add_data(tensor.data);
    }
    buffers_.insert(buffers_.begin(), fbs::CreateBuffer(builder_));  // buffer 0: no data
    std::vector<Offset<fbs::Subgraph>> subgraphs;
    for (const TfliteSubgraph& graph : model.subgraphs) subgraphs.push_back(subgraph(graph));
    std::vector<Offset<fbs::OperatorCode>> codes;
    for (const TfliteOperatorCode& code : model.operator_codes) codes.push_back(operator_code(code));
    const auto codes_list = builder_.CreateVector(codes);
    const auto subgraphs_list = builder_.CreateVector(subgraphs);
    const auto buffers_list = builder_.CreateVector(buffers_);
    fbs::FinishModelBuffer(builder_, fbs::CreateModel(builder_, kSchemaVersion, codes_list, subgraphs_list,
                                                      text(model.description), buffers_list));
    return {builder_.GetBufferPointer(), builder_.GetBufferPointer() + builder_.GetSize()};
  }

 private:
  static constexpr std::uint32_t kSchemaVersion = 3;
  static constexpr std::size_t kDataAlignment = 16;  // both runtimes use the data where it lies

  // A list or text that is empty is not written. Equal ones are stored once.
  template <typename T>
  Offset<List<T>> list(const std::vector<T>& values) {
    if (values.empty()) return {};
    const auto* start = reinterpret_cast<const char*>(values.data());
    auto& known = lists_[sizeof(T)][std::string(start, values.size() * sizeof(T))];
    if (known.IsNull()) known = builder_.CreateVector(values).Union();
    return Offset<List<T>>(known.o);
  }

  /// TFLM looks into some lists without asking whether they are there.
  Offset<List<std::int32_t>> present_list(const std::vector<std::int32_t>& values) {
    return values.empty() ? builder_.CreateVector(values) : list(values);
  }

  Offset<flatbuffers::String> text(const std::string& value) {
    return value.empty() ? Offset<flatbuffers::String>() : builder_.CreateSharedString(value);
  }

  Offset<List<std::uint8_t>> bytes(ByteSpan values) { return builder_.CreateVector(values.data(), values.size()); }

  void add_data(const SharedBytes& data) {
    if (!data || data_.contains(data.span())) return;
    builder_.ForceVectorAlignment(data.size(), 1, kDataAlignment);
    buffers_.push_back(fbs::CreateBuffer(builder_, bytes(data.span())));
    data_.emplace(data.span(), static_cast<std::uint32_t>(buffers_.size()));
  }

  Offset<fbs::OperatorCode> operator_code(const TfliteOperatorCode& code) {
    // A code that does not fit the old field of 8 bits stands there as 127.
    const auto narrow = static_cast<std::int8_t>(std::min(code.builtin_code, 127));
    return fbs::CreateOperatorCode(builder_, narrow, text(code.custom_code), code.version, code.builtin_code);
  }

  Offset<fbs::Quantization> quantization(const TfliteQuantization& q) {
    if (q.empty()) return {};
    const auto min = list(q.min);
    const auto max = list(q.max);
    const auto scale = list(q.scale);
    const auto zero_point = list(q.zero_point);
    return fbs::CreateQuantization(builder_, min, max, scale, zero_point, 0, {}, q.quantized_dimension);
  }

  Offset<fbs::Tensor> tensor(const TfliteTensor& tensor) {
    ensure(!tensor.has_sparsity && !tensor.quantization.has_details, "{} has data in a form that is not written",
           tensor.name);
    // An absent shape and an empty one are the same to readers.
    const auto shape = list(tensor.shape);
    const auto signature = list(tensor.shape_signature);
    const auto name = text(tensor.name);
    const auto parameters = quantization(tensor.quantization);
    const std::uint32_t buffer = tensor.data ? data_.at(tensor.data.span()) : 0;
    return fbs::CreateTensor(builder_, shape, static_cast<std::int8_t>(tensor.type), buffer, name, parameters,
                             tensor.is_variable, {}, signature, tensor.has_rank);
  }

  Offset<fbs::Opaque> options(const TfliteOptions& options) {
    if (options.type == 0) return {};
    // What lies outside of the table comes first.
    const std::vector<OptionField>& fields = options.table.fields();
    std::vector<flatbuffers::uoffset_t> lists;
    lists.reserve(fields.size());
    for (const OptionField& field : fields) {
      lists.push_back(std::visit([&](const auto& value) { return option_list(value); }, field.value));
    }
    const auto start = builder_.StartTable();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      const auto slot = flatbuffers::FieldIndexToOffset(static_cast<flatbuffers::voffset_t>(fields[i].slot));
      std::visit([&](const auto& value) { add_option(slot, value, lists[i]); }, fields[i].value);
    }
    return builder_.EndTable(start);
  }

  template <typename T>
  flatbuffers::uoffset_t option_list(const T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
      return builder_.CreateSharedString(value).o;
    } else if constexpr (std::is_arithmetic_v<T>) {
      return 0;
    } else {
      return builder_.CreateVector(value).o;
    }
  }

  template <typename T>
  void add_option(flatbuffers::voffset_t slot, const T& value, flatbuffers::uoffset_t list) {
    if constexpr (std::is_same_v<T, bool>) {
      builder_.AddElement(slot, static_cast<std::uint8_t>(value));
    } else if constexpr (std::is_arithmetic_v<T>) {
      builder_.AddElement(slot, value);
    } else {
      builder_.AddOffset(slot, Offset<void>(list));
    }
  }

  Offset<fbs::Operator> operation(const TfliteOperator& op) {
    const std::vector<std::uint8_t> flags(op.mutating_variable_inputs.begin(), op.mutating_variable_inputs.end());
    const auto inputs = present_list(op.inputs);
    const auto outputs = present_list(op.outputs);
    const auto builtin = options(op.options);
    const auto builtin_2 = options(op.options_2);
    const auto custom = op.custom_options ? bytes(op.custom_options.span()) : Offset<List<std::uint8_t>>();
    const auto mutating = list(flags);
    const auto intermediates = list(op.intermediates);
    return fbs::CreateOperator(builder_, static_cast<std::uint32_t>(op.opcode_index), inputs, outputs,
                               static_cast<std::uint8_t>(op.options.type), builtin, custom, mutating, intermediates, 0,
                               static_cast<std::uint8_t>(op.options_2.type), builtin_2);
  }

  Offset<fbs::Subgraph> subgraph(const TfliteSubgraph& graph) {
    std::vector<Offset<fbs::Tensor>> tensors;
    for (const TfliteTensor& each : graph.tensors) tensors.push_back(tensor(each));
    std::vector<Offset<fbs::Operator>> operators;
    for (const TfliteOperator& each : graph.operators) operators.push_back(operation(each));
    const auto tensors_list = builder_.CreateVector(tensors);
    const auto inputs = present_list(graph.inputs);
    const auto outputs = present_list(graph.outputs);
    const auto operators_list = builder_.CreateVector(operators);
    return fbs::CreateSubgraph(builder_, tensors_list, inputs, outputs, operators_list, text(graph.name));
  }

  struct ByContents {
    bool operator()(ByteSpan a, ByteSpan b) const { return std::ranges::lexicographical_compare(a, b); }
  };

  flatbuffers::FlatBufferBuilder builder_;
  std::vector<Offset<fbs::Buffer>> buffers_;
  std::map<ByteSpan, std::uint32_t, ByContents> data_;                // -> index of its buffer
  std::map<std::size_t, std::map<std::string, Offset<void>>> lists_;  // size of an element -> its bytes -> where
};

}  // namespace

Bytes write_tflite(const TfliteModel& model) {
  try {
    check_tflite(model);
  } catch (const InputError& error) {
    throw InternalError(fmt::format("a model to be written is wrong: {}", error.what()));
  }
  return Writer().file(model);
}

}  // namespace thimble
