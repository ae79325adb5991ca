#include "ops/checks.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace thimble {

void require_type(const Tensor& tensor, std::initializer_list<Type> types) {
  if (std::find(types.begin(), types.end(), tensor.type) != types.end()) return;
  std::string expected;
  for (const Type type : types) expected += (expected.empty() ? "" : ", ") + std::string(name_of(type));
  input_error("'{}' is {}, expected {}", tensor.name, name_of(tensor.type), expected);
}

void require_per_tensor(const Tensor& tensor) {
  require(tensor.quantization.present(), "'{}' lacks its scale", tensor.name);
  require(!tensor.quantization.per_channel(), "'{}' has {} scales, expected one", tensor.name,
          tensor.quantization.scales.size());
}

void require_rank(const Tensor& tensor, int rank) {
  require(tensor.shape.size() == static_cast<std::size_t>(rank), "'{}' is {}, expected {} dimensions", tensor.name,
          to_string(tensor.shape), rank);
}

void require_same_quantization(const Tensor& a, const Tensor& b) {
  const bool same_scale = std::abs(a.scale() - b.scale()) <= 1e-6f;
  require(a.type == b.type && same_scale && a.zero_point() == b.zero_point(),
          "'{}' and '{}' must have the same type, scale and zero point", a.name, b.name);
}

void no_kernel(const char* op, const Tensor& tensor) {
  input_error("{} has no kernel for {}", op, name_of(tensor.type));
}

}  // namespace thimble
