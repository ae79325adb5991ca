// TFLite's numbers for element types.
#pragma once

#include <cstdint>
#include <string>

#include "ir/type.h"

namespace thimble {

/// Throws InputError for types that Thimble does not have.
Type type_from_tflite(std::int32_t type);
std::int32_t type_to_tflite(Type type);

}  // namespace thimble
