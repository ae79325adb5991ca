#include "data/load.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/npy.h"
#include "data/class_folders.h"
#include "data/sounds.h"
#include "wire/idx.h"
#include "wire/npz.h"

namespace thimble {
namespace {

namespace fs = std::filesystem;

constexpr std::int32_t kMaxClasses = 65'536;
constexpr std::string_view kAdvice =
    "a data set is a folder with the four files of MNIST, an .npz, or a folder with a folder of .wav files for each class";

/// Samples and labels as they came, and what to call them in messages.
struct Source {
  NpyArray samples;
  NpyArray labels;
  std::string samples_name;
  std::string labels_name;
};

// ---- folders of IDX files

/// The first of the names under which such a file is found.
fs::path find_idx(FileSystem& files, const fs::path& folder, const std::string& stem, const std::string& kind) {
  for (const char* separator : {"-", "."}) {
    for (const char* extension : {"", ".gz"}) {
      fs::path path = folder / fmt::format("{}{}{}{}", stem, separator, kind, extension);
      if (files.is_file(path)) return path;
    }
  }
  input_error("{}: {}-{} is missing, and {}-{}.gz, too; {}", folder.string(), stem, kind, stem, kind, kAdvice);
}

NpyArray read_idx(FileSystem& files, const fs::path& path) {
  return with_context(path.string(), [&] { return parse_idx(files.read(path)); });
}

Source read_folder(FileSystem& files, const fs::path& folder, Split split) {
  const std::string prefix = split == Split::kTrain ? "train" : "t10k";
  const fs::path images = find_idx(files, folder, prefix + "-images", "idx3-ubyte");
  const fs::path labels = find_idx(files, folder, prefix + "-labels", "idx1-ubyte");
  return {read_idx(files, images), read_idx(files, labels), images.string(), labels.string()};
}

// ---- .npz

NpyArray take(NpzArrays& arrays, const fs::path& path, const std::string& name) {
  const auto found = arrays.find(name);
  require(found != arrays.end(), "{}: has no array '{}'; x_train, y_train, x_test and y_test are needed", path.string(),
          name);
  return std::move(found->second);
}

Source read_npz(FileSystem& files, const fs::path& path, Split split) {
  const std::string suffix = split == Split::kTrain ? "_train" : "_test";
  const std::string samples = "x" + suffix;
  const std::string labels = "y" + suffix;
  NpzArrays arrays = with_context(path.string(), [&] { return parse_npz(files.read(path), {samples, labels}); });
  return {take(arrays, path, samples), take(arrays, path, labels), path.string() + ": " + samples,
          path.string() + ": " + labels};
}

// ---- arrays -> Dataset

/// Without the leading axis; an image without channels gets one.
std::vector<std::int32_t> sample_shape(const NpyArray& samples) {
  const std::size_t rank = samples.shape.size();
  require(rank >= 2 && rank <= 4,
          "has {} dimensions; samples are (count, features) or (count, height, width[, channels])", rank);
  require(samples.elements() > 0, "holds no samples");
  std::vector<std::int32_t> shape;
  for (std::size_t axis = 1; axis < rank; ++axis) {
    require(samples.shape[axis] <= INT32_MAX, "a sample is too large");
    shape.push_back(static_cast<std::int32_t>(samples.shape[axis]));
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
  data.sample_shape = sample_shape(samples);
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

Dataset make_dataset(Source source) {
  Dataset data;
  const std::int64_t count = source.samples.shape.empty() ? 0 : source.samples.shape[0];
  with_context(source.samples_name, [&] { put_samples(data, std::move(source.samples)); });
  data.labels = with_context(source.labels_name, [&] { return checked_labels(source.labels); });
  require(std::cmp_equal(data.labels.size(), count), "{}: has {} labels for the {} samples of {}", source.labels_name,
          data.labels.size(), count, source.samples_name);
  data.classes = *std::ranges::max_element(data.labels) + 1;
  return data;
}

}  // namespace

Dataset load_dataset(FileSystem& files, const fs::path& path, Split split) {
  if (files.is_folder(path) && is_class_folders(path, ".wav")) return load_sounds(files, path, split);
  if (files.is_folder(path)) return make_dataset(read_folder(files, path, split));
  require(files.is_file(path), "{}: is not there; {}", path.string(), kAdvice);
  require(path.extension() == ".npz", "{}: is no data set that can be read; {}", path.string(), kAdvice);
  return make_dataset(read_npz(files, path, split));
}

DatasetSplits load_dataset(FileSystem& files, const fs::path& path) {
  DatasetSplits splits{load_dataset(files, path, Split::kTrain), load_dataset(files, path, Split::kTest)};
  require(splits.train.sample_shape == splits.test.sample_shape,
          "{}: samples to train on and to test with have different shapes", path.string());
  splits.train.classes = splits.test.classes = std::max(splits.train.classes, splits.test.classes);
  return splits;
}

void require_labels_below(const Dataset& data, std::int32_t classes) {
  for (std::size_t i = 0; i < data.size(); ++i) {
    require(data.labels[i] < classes, "sample {} has the label {}, but there are only {} classes", i, data.labels[i],
            classes);
  }
}

DataArgument parse_data_argument(std::string_view text) {
  DataArgument argument{.path = text, .split = {}, .count = {}};
  if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    const std::string_view part = text.substr(colon + 1);
    std::size_t count = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), count);
    const bool is_number = !part.empty() && error == std::errc() && end == part.data() + part.size();
    if (part == "train") argument.split = Split::kTrain;
    if (part == "test") argument.split = Split::kTest;
    if (is_number) argument.count = count;
    if (argument.split || argument.count) argument.path = text.substr(0, colon);
  }
  require(!argument.path.empty(), "'{}': no data set is named; write DATA, DATA:train, DATA:test or DATA:N", text);
  require(argument.count != 0U, "'{}': no samples are asked for; write a number of at least 1 after the colon", text);
  return argument;
}

Dataset load_dataset(FileSystem& files, const DataArgument& argument, Split otherwise) {
  Dataset data = load_dataset(files, argument.path, argument.split.value_or(otherwise));
  return argument.count ? data.first(*argument.count) : data;
}

}  // namespace thimble
