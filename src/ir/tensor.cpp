#include "ir/tensor.h"

#include <fmt/ranges.h>

#include <limits>

#include "base/error.h"

namespace thimble {

std::int64_t element_count(const Shape& shape) {
  std::int64_t count = 1;
  for (const int dimension : shape) count *= dimension;
  return count;
}

std::string to_string(const Shape& shape) {
  if (shape.empty()) return "scalar";
  return fmt::format("{}", fmt::join(shape, "x"));
}

void Tensor::check_values(std::size_t element_size) const {
  ensure(constant(), "tensor '{}' is read as a constant but is none", name);
  ensure(element_size == size_of(type), "tensor '{}' of {} is read as elements of {} bytes", name, name_of(type),
         element_size);
}

std::vector<int> integers_of(const Tensor& tensor) {
  require(tensor.constant(), "tensor '{}' must be constant", tensor.name);
  std::vector<int> result;
  if (tensor.type == Type::kInt32) {
    for (const std::int32_t value : tensor.values<std::int32_t>()) result.push_back(value);
  } else if (tensor.type == Type::kInt64) {
    for (const std::int64_t value : tensor.values<std::int64_t>()) {
      require(value >= std::numeric_limits<int>::min() && value <= std::numeric_limits<int>::max(),
              "tensor '{}' holds {}, beyond 32 bits", tensor.name, value);
      result.push_back(static_cast<int>(value));
    }
  } else {
    input_error("tensor '{}' is {}, expected int32 or int64", tensor.name, name_of(tensor.type));
  }
  return result;
}

}  // namespace thimble
