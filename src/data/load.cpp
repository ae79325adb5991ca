#include "data/load.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/npy.h"
#include "data/class_folders.h"
#include "data/csv.h"
#include "data/images.h"
#include "data/mapped_array.h"
#include "data/sounds.h"
#include "wire/idx.h"
#include "wire/npz.h"

namespace thimble {
namespace {

namespace fs = std::filesystem;

constexpr std::int32_t kMaxClasses = 65'536;
constexpr std::string_view kAdvice =
    "a data set is a folder (of MNIST's four IDX files, of x_train.npy and its like, of train.csv and test.csv, of "
    "folders of .png or .wav files by class), an .npz or a .csv";
/// Files of samples from this size on stay on the disk.
constexpr std::uintmax_t kMappedBytes = std::uintmax_t{256} << 20;

/// Samples and labels as they came, and what to call them in messages.
struct Source {
  NpyArray samples;
  std::optional<MappedArray> mapped;  // the samples, if they stay on the disk
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

bool is_large(const fs::path& path) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  return !error && size >= kMappedBytes;
}

Source read_folder(FileSystem& files, const fs::path& folder, Split split) {
  const std::string prefix = split == Split::kTrain ? "train" : "t10k";
  const fs::path images = find_idx(files, folder, prefix + "-images", "idx3-ubyte");
  const fs::path labels = find_idx(files, folder, prefix + "-labels", "idx1-ubyte");
  Source source = {{}, {}, read_idx(files, labels), images.string(), labels.string()};
  if (is_large(images)) source.mapped = with_context(images.string(), [&] { return map_idx(images); });
  if (!source.mapped) source.samples = read_idx(files, images);
  return source;
}

// ---- folders of .npy files

Source read_npy_folder(FileSystem& files, const fs::path& folder, Split split) {
  const std::string suffix = split == Split::kTrain ? "_train.npy" : "_test.npy";
  const fs::path samples = folder / ("x" + suffix), labels = folder / ("y" + suffix);
  const auto read = [&](const fs::path& path) {
    return with_context(path.string(), [&] { return parse_npy(files.read(path)); });
  };
  Source source = {{}, {}, read(labels), samples.string(), labels.string()};
  if (is_large(samples)) source.mapped = with_context(samples.string(), [&] { return map_npy(samples); });
  if (!source.mapped) source.samples = read(samples);
  return source;
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
  return {take(arrays, path, samples),
          {},
          take(arrays, path, labels),
          path.string() + ": " + samples,
          path.string() + ": " + labels};
}

// ---- arrays -> Dataset

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

void put_targets(Dataset& data, const NpyArray& labels) {
  data.target_size = labels.shape.size() == 2 ? static_cast<std::size_t>(labels.shape[1]) : 1;
  require(data.target_size > 0, "holds no numbers");
  data.targets = labels.type == NpyType::kFloat32 ? finite_floats<float>(labels) : finite_floats<double>(labels);
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
  const std::vector<std::int64_t>& shape = source.mapped ? source.mapped->shape : source.samples.shape;
  const std::int64_t count = shape.empty() ? 0 : shape[0];
  data.source = source.samples_name;
  with_context(source.samples_name, [&] {
    if (source.mapped) return put_mapped(data, *source.mapped);
    put_samples(data, std::move(source.samples));
  });
  with_context(source.labels_name, [&] {
    if (are_targets(source.labels)) return put_targets(data, source.labels);
    data.labels = checked_labels(source.labels);
  });
  require(std::cmp_equal(data.size(), count), "{}: has {} labels for the {} samples of {}", source.labels_name,
          data.size(), count, source.samples_name);
  if (!data.labels.empty()) data.classes = *std::ranges::max_element(data.labels) + 1;
  return data;
}

// ---- all kinds

Dataset read_csv(FileSystem& files, const fs::path& path, std::string_view label,
                 const std::vector<std::string>& class_names = {}) {
  Dataset data = with_context(path.string(), [&] { return parse_csv(as_text(files.read(path)), label, class_names); });
  data.source = path.string();
  return data;
}

Dataset load_folder(FileSystem& files, const fs::path& path, Split split, std::string_view label) {
  if (files.is_file(path / "x_train.npy")) return make_dataset(read_npy_folder(files, path, split));
  if (files.is_file(path / "train.csv")) {
    Dataset data = read_csv(files, path / "train.csv", label);
    return split == Split::kTrain ? data : read_csv(files, path / "test.csv", label, data.class_names);
  }
  if (is_class_folders(path, ".wav")) return load_sounds(files, path, split);
  if (is_class_folders(path, ".png")) return load_images(files, path, split);
  return make_dataset(read_folder(files, path, split));
}

void require_one_shape(const Dataset& a, const Dataset& b, const std::string& name) {
  require(a.sample_shape == b.sample_shape, "{}: samples to train on and to test with have different shapes", name);
  require(a.target_size == b.target_size, "{}: some samples have labels, others numbers to predict", name);
}

/// All samples of `parts`, one after the other, in memory.
Dataset joined(const std::vector<Dataset>& parts) {
  if (parts.size() == 1) return parts[0];
  Dataset all = parts[0].in_memory();
  const bool bytes = std::ranges::all_of(parts, [&](const Dataset& part) { return part.has_bytes(); });
  const auto floats_of = [](const Dataset& part) {
    std::vector<float> floats(part.size() * part.sample_size());
    for (std::size_t i = 0; i < part.size(); ++i) {
      part.read(i, std::span(floats).subspan(i * part.sample_size(), part.sample_size()));
    }
    return floats;
  };
  if (!bytes) all.floats = floats_of(parts[0]);
  if (!bytes) all.bytes.clear();
  const auto append = [](auto& to, const auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  for (std::size_t p = 1; p < parts.size(); ++p) {
    require(parts[p].sample_shape == all.sample_shape, "{}: its samples have another shape than those of {}",
            parts[p].source, all.source);
    require(parts[p].target_size == all.target_size && parts[p].class_names == all.class_names,
            "{}: its labels are of another kind than those of {}", parts[p].source, all.source);
    if (bytes) {
      append(all.bytes, parts[p].in_memory().bytes);
    } else {
      append(all.floats, floats_of(parts[p]));
    }
    append(all.labels, parts[p].labels);
    append(all.targets, parts[p].targets);
    all.classes = std::max(all.classes, parts[p].classes);
  }
  all.source = "mixed data";
  return all;
}

/// As many samples as there are, of which `weights` says the shares of the parts; those of a part in a random order,
/// again and again.
Dataset mixed(const std::vector<Dataset>& parts, const std::vector<double>& weights, std::uint64_t seed) {
  require(weights.size() == parts.size(), "weights has {} numbers for {} data sets", weights.size(), parts.size());
  std::size_t total = 0;
  double sum = 0.0;
  for (const Dataset& part : parts) total += part.size();
  for (const double weight : weights) {
    require(weight >= 0.0 && std::isfinite(weight), "weights: {} is below 0", weight);
    sum += weight;
  }
  require(sum > 0.0, "weights: at least one must be above 0");
  std::vector<std::uint32_t> chosen;
  std::size_t first = 0;
  for (std::size_t p = 0; p < parts.size(); ++p) {
    const std::vector<std::uint32_t> order = shuffled_order(parts[p].size(), seed, p);
    const auto count = static_cast<std::size_t>(std::llround(static_cast<double>(total) * weights[p] / sum));
    for (std::size_t i = 0; i < count; ++i)
      chosen.push_back(static_cast<std::uint32_t>(first + order[i % order.size()]));
    first += parts[p].size();
  }
  return joined(parts).select(chosen);
}

Dataset load_test(FileSystem& files, const DataSpec& spec) {
  const DataArgument argument = parse_data_argument(spec.test);
  const Dataset data = load_dataset(files, argument.path, argument.split.value_or(Split::kTest), spec.label);
  return argument.count ? data.first(*argument.count) : data;
}

}  // namespace

Dataset load_dataset(FileSystem& files, const fs::path& path, Split split, std::string_view label) {
  if (files.is_folder(path)) return load_folder(files, path, split, label);
  require(files.is_file(path), "{}: is not there; {}", path.string(), kAdvice);
  if (path.extension() == ".csv") return read_csv(files, path, label);
  require(path.extension() == ".npz", "{}: is no data set that can be read; {}", path.string(), kAdvice);
  return make_dataset(read_npz(files, path, split));
}

DatasetSplits load_dataset(FileSystem& files, const fs::path& path) {
  return load_dataset(files, DataSpec{{path.string()}});
}

DatasetSplits load_dataset(FileSystem& files, const DataSpec& spec) {
  std::vector<Dataset> train, test;
  for (const std::string& text : spec.paths) {
    const DataArgument argument = parse_data_argument(text);
    Dataset part = load_dataset(files, argument.path, argument.split.value_or(Split::kTrain), spec.label);
    train.push_back(argument.count ? part.first(*argument.count) : std::move(part));
    if (spec.test.empty() && !argument.split && argument.path.extension() != ".csv") {
      test.push_back(load_dataset(files, argument.path, Split::kTest, spec.label));
    }
  }
  DatasetSplits splits;
  splits.train = spec.weights.empty() ? joined(train) : mixed(train, spec.weights, spec.seed);
  if (!spec.test.empty()) test.push_back(load_test(files, spec));
  if (test.empty()) {
    splits.test = splits.train.first(0);
  } else {
    splits.test = joined(test);
    require_one_shape(splits.train, splits.test, spec.paths[0]);
  }
  splits.train.classes = splits.test.classes = std::max(splits.train.classes, splits.test.classes);
  if (spec.scale) splits.train.scale = splits.test.scale = *spec.scale;
  return splits;
}

void require_all_classes(const Dataset& data) {
  std::vector<std::size_t> counts(static_cast<std::size_t>(data.classes));
  for (const std::int32_t label : data.labels) ++counts[static_cast<std::size_t>(label)];
  for (std::size_t c = 0; c < counts.size(); ++c) {
    const std::string name =
        c < data.class_names.size() ? fmt::format("{} ('{}')", c, data.class_names[c]) : fmt::format("{}", c);
    require(counts[c] > 0, "{}: class {} has no training samples, though labels go up to {}", data.source, name,
            data.classes - 1);
  }
}

void require_labels_below(const Dataset& data, std::int32_t classes) {
  for (std::size_t i = 0; i < data.size(); ++i) {
    require(data.labels[i] < classes, "{} has the label {}, but there are only {} classes", data.name_of(i),
            data.labels[i], classes);
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
