#include "io/tflite_types.h"

#include <array>
#include <utility>

#include "base/error.h"
#include "wire/tflite.h"

namespace thimble {
namespace {

constexpr std::array<std::pair<TfliteType, Type>, 11> kTypes = {{{kTfliteFloat32, Type::kFloat32},
                                                                 {kTfliteFloat16, Type::kFloat16},
                                                                 {kTfliteInt32, Type::kInt32},
                                                                 {kTfliteUint8, Type::kUint8},
                                                                 {kTfliteInt64, Type::kInt64},
                                                                 {kTfliteBool, Type::kBool},
                                                                 {kTfliteInt16, Type::kInt16},
                                                                 {kTfliteInt8, Type::kInt8},
                                                                 {kTfliteUint32, Type::kUint32},
                                                                 {kTfliteUint16, Type::kUint16},
                                                                 {kTfliteInt4, Type::kInt4}}};

}  // namespace

Type type_from_tflite(std::int32_t type) {
  for (const auto& [wire, ours] : kTypes) {
    if (wire == type) return ours;
  }
  input_error("elements of {} are not supported", tflite_type_name(type));
}

std::int32_t type_to_tflite(Type type) {
  for (const auto& [wire, ours] : kTypes) {
    if (ours == type) return wire;
  }
  throw InternalError("a type without a number in TFLite");
}

}  // namespace thimble
