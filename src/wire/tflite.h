// .tflite bytes <-> plain structs. Nothing here knows what an operator does: operators are numbers, their options are
// numbered slots (tflite_options.h). Field and enumeration values are those of TensorFlow Lite's schema, version 3.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "base/shared_bytes.h"
#include "wire/tflite_options.h"

namespace thimble {

/// TensorType of the schema. A file may hold other numbers, too.
enum TfliteType : std::int32_t {
  kTfliteFloat32 = 0,
  kTfliteFloat16 = 1,
  kTfliteInt32 = 2,
  kTfliteUint8 = 3,
  kTfliteInt64 = 4,
  kTfliteString = 5,
  kTfliteBool = 6,
  kTfliteInt16 = 7,
  kTfliteComplex64 = 8,
  kTfliteInt8 = 9,
  kTfliteFloat64 = 10,
  kTfliteComplex128 = 11,
  kTfliteUint64 = 12,
  kTfliteResource = 13,
  kTfliteVariant = 14,
  kTfliteUint32 = 15,
  kTfliteUint16 = 16,
  kTfliteInt4 = 17,
  kTfliteBfloat16 = 18,
  kTfliteInt2 = 19,
  kTfliteUint4 = 20,
};

/// Bits of one element; 0 for types without a fixed size (strings, resources) and for unknown ones.
int tflite_type_bits(std::int32_t type);
/// "INT8", as the schema calls it; "type 99" for an unknown one.
std::string tflite_type_name(std::int32_t type);

/// "CONV_2D", as the schema calls the number; "builtin operator 999" for an unknown one.
std::string tflite_operator_name(std::int32_t builtin_code);

/// Bounds that every parsed model keeps.
inline constexpr std::int32_t kTfliteMaxRank = 8;
inline constexpr std::int64_t kTfliteMaxElements = std::int64_t{1} << 30;  // of one tensor

/// real = scale * (quantized - zero_point)
struct TfliteQuantization {
  std::vector<float> scale{};              // none, one, or one for each index of quantized_dimension
  std::vector<std::int64_t> zero_point{};  // none (all 0), one, or as many as scale
  std::int32_t quantized_dimension = 0;
  std::vector<float> min{};  // of the values seen; informative
  std::vector<float> max{};
  bool has_details = false;  // a scheme beyond scale and zero_point (block-wise, multi-axis, custom); not written

  bool empty() const { return *this == TfliteQuantization{}; }
  bool operator==(const TfliteQuantization&) const = default;
};

struct TfliteTensor {
  std::string name{};
  std::int32_t type = kTfliteFloat32;           // TfliteType
  std::vector<std::int32_t> shape{};            // all >= 0; empty for a scalar
  std::vector<std::int32_t> shape_signature{};  // shape with -1 for what may vary; empty: nothing varies
  SharedBytes data{};  // of a constant, little endian, row-major; int4: two in a byte, low first
  TfliteQuantization quantization{};
  bool is_variable = false;
  bool has_sparsity = false;  // data is compressed by a scheme that is not read; not written
  bool has_rank = false;      // tells a scalar from a tensor of unknown shape

  bool operator==(const TfliteTensor&) const = default;
};

/// The dimension that per-channel scales belong to. A vector has but one, whatever the file says: some converters give
/// a bias the dimension of its weights.
inline std::int32_t quantized_dimension_of(const TfliteTensor& tensor) {
  return tensor.shape.size() == 1 ? 0 : tensor.quantization.quantized_dimension;
}

/// builtin_options or builtin_options_2
struct TfliteOptions {
  std::int32_t type = 0;  // number in the union BuiltinOptions (BuiltinOptions2); 0: none
  OptionsTable table{};
};

struct TfliteOperator {
  std::int32_t opcode_index = 0;              // into TfliteModel::operator_codes
  std::vector<std::int32_t> inputs{};         // indices of tensors; -1: an optional one that is left out
  std::vector<std::int32_t> outputs{};        // indices of tensors
  std::vector<std::int32_t> intermediates{};  // indices of tensors that only carry quantization (LSTM); -1: left out
  std::vector<bool> mutating_variable_inputs{};
  TfliteOptions options{};
  TfliteOptions options_2{};
  SharedBytes custom_options{};
};

struct TfliteOperatorCode {
  std::int32_t builtin_code = 0;  // BuiltinOperator of the schema, from whichever of its two fields holds it
  std::string custom_code{};      // name of a custom operator (builtin_code 32)
  std::int32_t version = 1;

  bool operator==(const TfliteOperatorCode&) const = default;
};

struct TfliteSubgraph {
  std::string name;
  std::vector<TfliteTensor> tensors;
  std::vector<std::int32_t> inputs;   // indices of tensors
  std::vector<std::int32_t> outputs;  // indices of tensors
  std::vector<TfliteOperator> operators;
};

struct TfliteModel {
  std::string description;
  std::vector<TfliteOperatorCode> operator_codes;
  std::vector<TfliteSubgraph> subgraphs;  // at least one; the first is the model
};

/// True if `file` starts as a .tflite file does.
bool is_tflite(ByteSpan file);

/// Reads a whole file, which the tensors' data and the options then share. Every index, shape, size of data and
/// quantization in the result has been checked; whether operators fit together has not. Metadata and signatures are
/// left out. Throws InputError ("tensor 12 'conv/bias': ...").
TfliteModel parse_tflite(Bytes file);

/// Same model, same bytes. Equal data is stored once. Options must have been made from a list of fields.
Bytes write_tflite(const TfliteModel& model);

/// "tensor 12 'conv/bias'", for messages. Strange characters in the name become ?, and a long one is cut.
std::string tflite_tensor_label(std::size_t index, std::string_view name);

/// Throws InputError if an index, a shape, a size of data or a quantization is out of range.
void check_tflite(const TfliteModel& model);

}  // namespace thimble
