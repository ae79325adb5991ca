#include "io/arrays.h"

#include <fmt/ranges.h>

#include "base/error.h"
#include "base/printable.h"

namespace thimble {
namespace {

NpyType npy_type_of(Type type) {
  switch (type) {
    case Type::kFloat32:
      return NpyType::kFloat32;
    case Type::kFloat16:
      return NpyType::kFloat16;
    case Type::kInt4:
    case Type::kInt8:
      return NpyType::kInt8;
    case Type::kUint8:
      return NpyType::kUint8;
    case Type::kInt16:
      return NpyType::kInt16;
    case Type::kUint16:
      return NpyType::kUint16;
    case Type::kInt32:
      return NpyType::kInt32;
    case Type::kUint32:
      return NpyType::kUint32;
    case Type::kInt64:
      return NpyType::kInt64;
    case Type::kBool:
      return NpyType::kBool;
  }
  throw InternalError("a type without a NumPy type");
}

}  // namespace

std::size_t check_stacked_inputs(const Graph& graph, const std::vector<NpyArray>& arrays,
                                 const std::vector<std::string>& names) {
  require(arrays.size() == graph.inputs.size(), "{} inputs are given, but the model has {}; give one --input for each",
          arrays.size(), graph.inputs.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    const Tensor& input = graph.tensor(graph.inputs[i]);
    const NpyArray& array = arrays[i];
    require(array.type == npy_type_of(input.type), "{}: is {}, but the model's input '{}' is {}", names[i],
            npy_type_name(array.type), printable(input.name), name_of(input.type));
    const bool fits = !array.shape.empty() && std::vector<std::int64_t>(array.shape.begin() + 1, array.shape.end()) ==
                                                  std::vector<std::int64_t>(input.shape.begin(), input.shape.end());
    require(fits, "{}: is {}, but the model's input '{}' is {}; stack invocations on a leading axis: Nx{}", names[i],
            fmt::format("{}", fmt::join(array.shape, "x")), printable(input.name), to_string(input.shape),
            to_string(input.shape));
    const auto here = static_cast<std::size_t>(array.shape[0]);
    require(i == 0 || here == count, "{}: holds {} invocations, but {} holds {}", names[i], here, names[0], count);
    count = here;
  }
  return count;
}

NpyArray stacked_output(const Tensor& output, std::size_t count, Bytes bytes) {
  std::vector<std::int64_t> shape = {static_cast<std::int64_t>(count)};
  shape.insert(shape.end(), output.shape.begin(), output.shape.end());
  return {npy_type_of(output.type), std::move(shape), std::move(bytes)};
}

}  // namespace thimble
