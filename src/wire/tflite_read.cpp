#include <flatbuffers/flatbuffers.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "tflite_generated.h"
#include "wire/tflite.h"

namespace thimble {
namespace {

// A hostile file can name the same table, list or string many times over, so what is made of it is bounded, too.
constexpr unsigned kMaxDepth = 16;  // the schema needs 6
constexpr unsigned kMaxTables =
    200'000;  // tensors, operators, buffers, options...; the largest known models have 10,000
constexpr std::size_t kMaxListBytes = 64'000'000;  // of all shapes, names, indices and scales

template <typename T>
using List = flatbuffers::Vector<T>;

class Reader {
 public:
  explicit Reader(SharedBytes file) : file_(std::move(file)), root_(verified_root(file_)) {}

  TfliteModel model() {
    require(root_.version() == 3, "the model has version {}, only version 3 can be read", root_.version());
    TfliteModel model;
    model.description = text(root_.description());
    tables(root_.operator_codes(), model.operator_codes, [&](const auto& code) { return operator_code(code); });
    tables(root_.subgraphs(), model.subgraphs, [&](const auto& graph) { return subgraph(graph); });
    return model;
  }

 private:
  static const fbs::Model& verified_root(const SharedBytes& file) {
    require(is_tflite(file.span()), "not a .tflite file: it does not have TFL3 at byte 4");
    flatbuffers::Verifier verifier(file.data(), file.size(), kMaxDepth, kMaxTables);
    require(fbs::VerifyModelBuffer(verifier),
            "damaged .tflite file: an offset leads outside of it, or it has more than {} tables", kMaxTables);
    return *fbs::GetModel(file.data());
  }

  /// Every element of `from` through `convert` into `to`; a missing list is an empty one.
  template <typename Table, typename T, typename Convert>
  static void tables(const List<flatbuffers::Offset<Table>>* from, std::vector<T>& to, Convert&& convert) {
    if (!from) return;
    to.reserve(from->size());
    for (const Table* table : *from) to.push_back(convert(*table));
  }

  void spend(std::size_t bytes) {
    require(bytes <= list_bytes_left_, "the lists in the model take more than {} bytes", kMaxListBytes);
    list_bytes_left_ -= bytes;
  }

  template <typename T>
  std::vector<T> list(const List<T>* from) {
    if (!from) return {};
    spend(from->size() * sizeof(T));
    std::vector<T> values(from->size());
    // The verifier does not ask that elements of 8 bytes lie where such may be loaded.
    if (!values.empty()) std::memcpy(values.data(), from->Data(), values.size() * sizeof(T));
    return values;
  }

  std::vector<bool> flags(const List<std::uint8_t>* from) {
    const std::vector<std::uint8_t> bytes = list(from);
    return {bytes.begin(), bytes.end()};
  }

  std::string text(const flatbuffers::String* from) {
    if (!from) return {};
    spend(from->size());
    return from->str();
  }

  SharedBytes bytes(const List<std::uint8_t>* from) const {
    if (!from) return {};
    return file_.part(static_cast<std::size_t>(from->data() - file_.data()), from->size());
  }

  TfliteOptions options(std::uint8_t kind, const fbs::Opaque* table) const {
    if (kind == 0 || !table) return {};
    const auto* start = reinterpret_cast<const std::uint8_t*>(table);
    return {.type = kind, .table = OptionsTable(file_, static_cast<std::size_t>(start - file_.data()))};
  }

  TfliteOperatorCode operator_code(const fbs::OperatorCode& code) {
    // Codes below 127 used to stand in a field of 8 bits; newer writers fill both.
    return {.builtin_code = std::max(code.wide_code(), std::int32_t{code.narrow_code()}),
            .custom_code = text(code.custom_code()),
            .version = code.version()};
  }

  TfliteSubgraph subgraph(const fbs::Subgraph& graph) {
    TfliteSubgraph result;
    result.name = text(graph.name());
    tables(graph.tensors(), result.tensors, [&](const auto& table) {
      const std::string_view name = table.name() ? table.name()->string_view() : std::string_view();
      return with_context(tflite_tensor_label(result.tensors.size(), name), [&] { return tensor(table); });
    });
    result.inputs = list(graph.inputs());
    result.outputs = list(graph.outputs());
    tables(graph.operators(), result.operators, [&](const auto& table) {
      return with_context(fmt::format("operator {}", result.operators.size()), [&] { return operation(table); });
    });
    return result;
  }

  TfliteTensor tensor(const fbs::Tensor& table) {
    require(table.external_buffer() == 0, "its data is in another file, which is not read; export one whole file");
    return {.name = text(table.name()),
            .type = table.type(),
            .shape = list(table.shape()),
            .shape_signature = list(table.shape_signature()),
            .data = data(table),
            .quantization = quantization(table.quantization()),
            .is_variable = table.is_variable(),
            .has_sparsity = table.sparsity() != nullptr,
            .has_rank = table.has_rank()};
  }

  /// Buffer 0 and buffers without bytes mean that the tensor is no constant.
  SharedBytes data(const fbs::Tensor& table) const {
    const std::size_t count = root_.buffers() ? root_.buffers()->size() : 0;
    if (table.buffer() == 0) return {};
    require(table.buffer() < count, "buffer {} of {}", table.buffer(), count);
    const fbs::Buffer& buffer = *root_.buffers()->Get(table.buffer());
    require(buffer.offset() <= 1, "its data stands behind the model (offset {}), which is not read", buffer.offset());
    SharedBytes data = bytes(buffer.data());
    return data.size() == 0 && !has_no_elements(table) ? SharedBytes{} : data;
  }

  static bool has_no_elements(const fbs::Tensor& table) {
    return table.shape() && std::ranges::find(*table.shape(), 0) != table.shape()->end();
  }

  TfliteQuantization quantization(const fbs::Quantization* table) {
    if (!table) return {};
    return {.scale = list(table->scale()),
            .zero_point = list(table->zero_point()),
            .quantized_dimension = table->quantized_dimension(),
            .min = list(table->min()),
            .max = list(table->max()),
            .has_details = table->details_kind() != 0};
  }

  TfliteOperator operation(const fbs::Operator& table) {
    require(table.large_custom_options_offset() <= 1, "its options stand behind the model, which is not read");
    return {.opcode_index = static_cast<std::int32_t>(table.opcode_index()),
            .inputs = list(table.inputs()),
            .outputs = list(table.outputs()),
            .intermediates = list(table.intermediates()),
            .mutating_variable_inputs = flags(table.mutating_variable_inputs()),
            .options = options(table.options_kind(), table.options()),
            .options_2 = options(table.options_2_kind(), table.options_2()),
            .custom_options = bytes(table.custom_options())};
  }

  SharedBytes file_;
  const fbs::Model& root_;
  std::size_t list_bytes_left_ = kMaxListBytes;
};

}  // namespace

bool is_tflite(ByteSpan file) { return file.size() >= 8 && as_text(file.subspan(4, 4)) == fbs::ModelIdentifier(); }

TfliteModel parse_tflite(Bytes file) {
  TfliteModel model = Reader(SharedBytes(std::move(file))).model();
  check_tflite(model);
  return model;
}

}  // namespace thimble
