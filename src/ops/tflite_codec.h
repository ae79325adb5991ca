// How a .tflite file holds an operator's static arguments: one table, from which both the reader and the writer work.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "ir/attributes.h"
#include "ir/tensor.h"

namespace thimble {

class NodeView;

/// One field of the operator's options table in TFLite's schema.
struct TfliteField {
  enum class Kind { kEnum, kInt, kFloat, kBool, kInts };
  Kind kind;
  int slot;                                      // the field's number in the table, from 0
  std::string_view attribute;                    // the attribute that holds it
  AttributeValue default_value = false;          // what an absent field means
  std::span<const std::string_view> names = {};  // kEnum, an int8 in the file: the attribute's text for 0, 1, ...
};

struct TfliteCodec {
  int builtin = -1;        // BuiltinOperator
  int max_version = 1;     // the newest that LiteRT's register.cc has: what a newer one means is unknown
  int options_type = 0;    // BuiltinOptions; 0: none
  bool options_2 = false;  // the options are in builtin_options_2
  std::vector<TfliteField> fields = {};
  /// The operator version that a writer must state for these types; null: 1.
  int (*version)(const NodeView&) = nullptr;
  /// Tensors without contents that LiteRT takes quantization from, beside inputs and outputs; null: none.
  std::vector<Tensor> (*intermediates)(const NodeView&) = nullptr;
};

/// TFLite's enums that several operators use.
inline constexpr std::string_view kPaddingNames[] = {"SAME", "VALID"};
inline constexpr std::string_view kActivationNames[] = {"NONE", "RELU", "RELU_N1_TO_1", "RELU6", "TANH", "SIGN_BIT"};
inline constexpr std::string_view kTypeNames[] = {
    "FLOAT32", "FLOAT16",    "INT32",  "UINT8",    "INT64",   "STRING", "BOOL",   "INT16", "COMPLEX64", "INT8",
    "FLOAT64", "COMPLEX128", "UINT64", "RESOURCE", "VARIANT", "UINT32", "UINT16", "INT4",  "BFLOAT16"};

inline TfliteField padding_field(int slot) {
  return {TfliteField::Kind::kEnum, slot, "padding", std::string("SAME"), kPaddingNames};
}
inline TfliteField activation_field(int slot) {
  return {TfliteField::Kind::kEnum, slot, "activation", std::string("NONE"), kActivationNames};
}
inline TfliteField type_field(int slot, std::string_view attribute) {
  return {TfliteField::Kind::kEnum, slot, attribute, std::string("FLOAT32"), kTypeNames};
}
inline TfliteField int_field(int slot, std::string_view attribute, std::int64_t default_value = 0) {
  return {TfliteField::Kind::kInt, slot, attribute, default_value};
}
inline TfliteField float_field(int slot, std::string_view attribute, double default_value = 0) {
  return {TfliteField::Kind::kFloat, slot, attribute, default_value};
}
inline TfliteField bool_field(int slot, std::string_view attribute, bool default_value = false) {
  return {TfliteField::Kind::kBool, slot, attribute, default_value};
}
inline TfliteField ints_field(int slot, std::string_view attribute) {
  return {TfliteField::Kind::kInts, slot, attribute, std::vector<std::int64_t>{}};
}

}  // namespace thimble
