// Pieces of C text: identifiers, numbers, arrays, initializers.
#pragma once

#include <set>
#include <string>

#include "ops/kernel_call.h"

namespace thimble {

/// Gives each thing a C identifier of its own, made from its name: "sequential/conv2d/kernel" -> "conv2d_kernel".
class Identifiers {
 public:
  std::string unique(const std::string& name);

 private:
  std::set<std::string> taken_;
};

/// A C type of <stdint.h> for elements of `type`; float for float32, uint16_t for the bits of float16.
std::string c_type(Type type);

struct IntegerType {
  const char* name;  // "uint8_t"
  std::size_t bytes;
  std::int64_t min, max;
};

/// The smallest type that holds all values.
const IntegerType& smallest_type(const std::vector<std::int64_t>& values);

/// The name of `type` in model.h: "MODEL_INT8".
std::string model_type(Type type);

/// A literal of `value`.
std::string c_integer(std::int64_t value);

/// A literal that gives back exactly `value`, such as "0.1f"; also for infinities and FLT_MAX.
std::string c_float(float value);

/// The elements of `data` as text, several to a line, without braces.
std::string c_elements(Type type, ByteSpan data);

/// "{.window = {.batches = 1, ...}, .filter_c = 1}" for a kernel's parameters.
std::string c_initializer(const std::vector<KernelField>& fields);

/// `text` as the inside of a C comment or string: printable ASCII, without what would end either.
std::string c_comment(const std::string& text);

}  // namespace thimble
