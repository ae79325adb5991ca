#include "data/arrays.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/error.h"

namespace thimble {
namespace {

constexpr std::int32_t kMaxClasses = 65'536;

/// Without the leading axis; an image without channels gets one.
std::vector<std::int32_t> sample_shape(const std::vector<std::int64_t>& array) {
  const std::size_t rank = array.size();
  require(rank >= 2 && rank <= 4,
          "has {} dimensions; samples are (count, features) or (count, height, width[, channels])", rank);
  require(std::ranges::none_of(array, [](std::int64_t side) { return side == 0; }), "holds no samples");
  std::vector<std::int32_t> shape;
  for (std::size_t axis = 1; axis < rank; ++axis) {
    require(array[axis] <= INT32_MAX, "a sample is too large");
    shape.push_back(static_cast<std::int32_t>(array[axis]));
  }
  if (rank == 3) shape.push_back(1);
  return shape;
}

template <typename T>
std::vector<float> finite_floats(const NpyArray& samples) {
  const std::span<const T> values = samples.values<T>();
  std::vector<float> floats(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    floats[i] = static_cast<float>(values[i]);
    require(std::isfinite(floats[i]), "sample {} has a value that is not finite",
            i / (values.size() / static_cast<std::size_t>(samples.shape[0])));
  }
  return floats;
}

void put_samples(Dataset& data, NpyArray samples) {
  data.sample_shape = sample_shape(samples.shape);
  switch (samples.type) {
    case NpyType::kUint8:
      data.bytes = std::move(samples.bytes);
      break;
    case NpyType::kFloat32:
      data.floats = finite_floats<float>(samples);
      break;
    case NpyType::kFloat64:
      data.floats = finite_floats<double>(samples);
      break;
    default:
      input_error("is of type {}; save samples as uint8 or float32", npy_type_name(samples.type));
  }
}

void put_mapped(Dataset& data, const MappedArray& samples) {
  data.sample_shape = sample_shape(samples.shape);
  data.stored = samples.bytes;
  data.stored_floats = samples.type == NpyType::kFloat32;
  if (!data.stored_floats) return;
  const std::size_t size = data.sample_size(), all = samples.bytes.size() / sizeof(float);
  for (std::size_t i = 0; i < all; ++i) {
    float value;
    std::memcpy(&value, samples.bytes.data() + i * sizeof value, sizeof value);
    require(std::isfinite(value), "sample {} has a value that is not finite", i / size);
  }
}

/// Labels that are numbers to predict: floats, or several a sample.
bool are_targets(const NpyArray& labels) {
  const bool floats = labels.type == NpyType::kFloat32 || labels.type == NpyType::kFloat64;
  return !labels.shape.empty() && labels.shape.size() <= 2 && floats;
}

void put_targets(StoredAnswers& answers, const NpyArray& labels) {
  answers.target_size = labels.shape.size() == 2 ? static_cast<std::size_t>(labels.shape[1]) : 1;
  require(answers.target_size > 0, "holds no numbers");
  answers.targets = labels.type == NpyType::kFloat32 ? finite_floats<float>(labels) : finite_floats<double>(labels);
}

template <typename T>
std::vector<std::int32_t> checked_labels(const NpyArray& labels) {
  std::vector<std::int32_t> result;
  result.reserve(labels.elements());
  for (const T label : labels.values<T>()) {
    require(std::cmp_greater_equal(label, 0) && std::cmp_less(label, kMaxClasses),
            "label {} of sample {} is out of range; labels count from 0", label, result.size());
    result.push_back(static_cast<std::int32_t>(label));
  }
  return result;
}

std::vector<std::int32_t> checked_labels(const NpyArray& labels) {
  const std::size_t rank = labels.shape.size();
  require(rank == 1 || (rank == 2 && labels.shape[1] == 1), "has {} dimensions; labels have one, one label a sample",
          rank);
  switch (labels.type) {
    case NpyType::kUint8:
      return checked_labels<std::uint8_t>(labels);
    case NpyType::kInt8:
      return checked_labels<std::int8_t>(labels);
    case NpyType::kUint16:
      return checked_labels<std::uint16_t>(labels);
    case NpyType::kInt16:
      return checked_labels<std::int16_t>(labels);
    case NpyType::kUint32:
      return checked_labels<std::uint32_t>(labels);
    case NpyType::kInt32:
      return checked_labels<std::int32_t>(labels);
    case NpyType::kUint64:
      return checked_labels<std::uint64_t>(labels);
    case NpyType::kInt64:
      return checked_labels<std::int64_t>(labels);
    default:
      input_error("is of type {}; save labels as integers", npy_type_name(labels.type));
  }
}

StoredAnswers answers_of(const NamedArray& array) {
  StoredAnswers answers;
  with_context(array.name, [&] {
    if (are_targets(array.values)) return put_targets(answers, array.values);
    answers.labels = checked_labels(array.values);
    if (!answers.labels.empty()) answers.classes = *std::ranges::max_element(answers.labels) + 1;
  });
  return answers;
}

std::int64_t count_of(const NamedArray& array) {
  const std::vector<std::int64_t>& shape = array.mapped ? array.mapped->shape : array.values.shape;
  return shape.empty() ? 0 : shape[0];
}

Dataset samples_of(NamedArray array) {
  Dataset data;
  with_context(array.name, [&] {
    if (array.mapped) return put_mapped(data, *array.mapped);
    put_samples(data, std::move(array.values));
  });
  return data;
}

template <typename T>
std::vector<T> interleaved(const std::vector<Dataset>& inputs, std::size_t count, std::vector<T> Dataset::*values) {
  std::vector<T> all;
  for (std::size_t i = 0; i < count; ++i) {
    for (const Dataset& input : inputs) {
      const auto first = (input.*values).begin() + static_cast<std::ptrdiff_t>(i * input.sample_size());
      all.insert(all.end(), first, first + static_cast<std::ptrdiff_t>(input.sample_size()));
    }
  }
  return all;
}

/// Where its numbers are, or in memory of their own.
StoredPart as_part(Dataset input) {
  StoredPart part = {input.stored, !input.has_bytes(), input.sample_size()};
  if (part.bytes) return part;
  if (part.floats) {
    const auto* first = reinterpret_cast<const std::uint8_t*>(input.floats.data());
    part.bytes = SharedBytes(Bytes(first, first + input.floats.size() * sizeof(float)));
  } else {
    part.bytes = SharedBytes(std::move(input.bytes));
  }
  return part;
}

/// Several inputs side by side, each where it is if one of them is stored. Otherwise: bytes if all are, else floats.
Dataset side_by_side(std::vector<Dataset> inputs, std::size_t count, float scale) {
  Dataset all;
  const bool bytes = std::ranges::all_of(inputs, [](const Dataset& input) { return input.has_bytes(); });
  const bool stored = std::ranges::any_of(inputs, &Dataset::is_stored);
  std::int32_t size = 0;
  for (Dataset& input : inputs) {
    all.parts.push_back(input.sample_shape);
    size += static_cast<std::int32_t>(input.sample_size());
    if (stored || bytes || !input.has_bytes()) continue;
    for (const std::uint8_t byte : input.bytes) input.floats.push_back(static_cast<float>(byte) * scale);
  }
  all.sample_shape = {size};
  if (stored) {
    if (!bytes) all.scale = scale;
    for (Dataset& input : inputs) all.stored_parts.push_back(as_part(std::move(input)));
  } else if (bytes) {
    all.bytes = interleaved(inputs, count, &Dataset::bytes);
  } else {
    all.floats = interleaved(inputs, count, &Dataset::floats);
  }
  return all;
}

}  // namespace

Dataset make_dataset(std::vector<NamedArray> inputs, std::vector<NamedArray> outputs, float scale) {
  const std::int64_t count = count_of(inputs[0]);
  const std::string source = inputs[0].name;
  for (const NamedArray& input : inputs) {
    require(count_of(input) == count, "{}: has {} samples, {} has {}", input.name, count_of(input), source, count);
  }
  std::vector<Dataset> samples;
  for (NamedArray& input : inputs) samples.push_back(samples_of(std::move(input)));
  Dataset data = samples.size() == 1 ? std::move(samples[0])
                                     : side_by_side(std::move(samples), static_cast<std::size_t>(count), scale);
  data.source = source;
  if (outputs.empty()) data.labels.resize(static_cast<std::size_t>(count));
  for (std::size_t k = 0; k < outputs.size(); ++k) {
    StoredAnswers answers = answers_of(outputs[k]);
    const std::size_t found =
        answers.target_size > 0 ? answers.targets.size() / answers.target_size : answers.labels.size();
    require(std::cmp_equal(found, count), "{}: has {} labels for the {} samples of {}", outputs[k].name, found, count,
            source);
    if (k > 0) {
      data.more_answers.push_back(std::move(answers));
      continue;
    }
    data.labels = std::move(answers.labels);
    data.classes = answers.classes;
    data.targets = std::move(answers.targets);
    data.target_size = answers.target_size;
  }
  return data;
}

}  // namespace thimble
