// A tensor of a graph: its type, shape, quantization and, when it is constant, its contents.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "ir/type.h"

namespace thimble {

/// Dimensions, outermost first; activations are NHWC with N = 1. A scalar has none.
using Shape = std::vector<int>;

/// The product of the dimensions; 1 for a scalar.
std::int64_t element_count(const Shape& shape);

/// "1x28x28x1"; "scalar" for none.
std::string to_string(const Shape& shape);

/// Affine quantization: real = scale * (q - zero_point), one pair, or one for each index of dimension `axis`.
struct Quantization {
  std::vector<float> scales;  // empty: not quantized
  std::vector<std::int64_t> zero_points;
  int axis = 0;

  bool present() const { return !scales.empty(); }
  bool per_channel() const { return scales.size() > 1; }
  bool operator==(const Quantization&) const = default;
};

struct Tensor {
  std::string name;
  Type type = Type::kFloat32;
  Shape shape = {};
  Quantization quantization = {};
  std::shared_ptr<const Bytes> data = nullptr;  // null: computed, or given at run time
  bool trainable = false;                       // a constant that training changes
  bool variable = false;                        // state that lives from one invocation to the next

  bool constant() const { return data != nullptr; }
  std::int64_t elements() const { return element_count(shape); }
  std::size_t bytes() const { return static_cast<std::size_t>(elements()) * size_of(type); }
  /// Per-tensor parameters; scale 0 and zero point 0 when not quantized.
  float scale() const { return quantization.present() ? quantization.scales[0] : 0.0f; }
  int zero_point() const { return quantization.present() ? static_cast<int>(quantization.zero_points[0]) : 0; }
  /// What each byte of a variable starts as: its quantized zero. Like TFLM, which fills with bytes.
  std::uint8_t zero_byte() const { return static_cast<std::uint8_t>(type == Type::kInt8 ? zero_point() : 0); }
  /// The contents of a constant as elements of T; the caller knows the type. Throws InternalError if not constant.
  template <typename T>
  std::span<const T> values() const {
    check_values(sizeof(T));
    return {reinterpret_cast<const T*>(data->data()), data->size() / sizeof(T)};
  }

 private:
  void check_values(std::size_t element_size) const;
};

/// The contents of a tensor made of `values`.
template <typename T>
std::shared_ptr<const Bytes> make_data(std::span<const T> values) {
  const auto* first = reinterpret_cast<const std::uint8_t*>(values.data());
  return std::make_shared<const Bytes>(first, first + values.size_bytes());
}
template <typename T>
std::shared_ptr<const Bytes> make_data(const std::vector<T>& values) {
  return make_data(std::span<const T>(values));
}

/// The values of a constant int32 or int64 tensor, such as a shape or a list of axes. Throws InputError otherwise.
std::vector<int> integers_of(const Tensor& tensor);

}  // namespace thimble
