#include "data/load.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/npy.h"
#include "data/arrays.h"
#include "data/class_folders.h"
#include "data/csv.h"
#include "data/images.h"
#include "data/sounds.h"
#include "wire/idx.h"
#include "wire/npz.h"

namespace thimble {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAdvice =
    "a data set is a folder (of MNIST's four IDX files, of x_train.npy and its like, of train.csv and test.csv, of "
    "folders of .png or .wav files by class), an .npz or a .csv";
/// Files of samples from this size on stay on the disk.
constexpr std::uintmax_t kMappedBytes = std::uintmax_t{256} << 20;

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

Dataset read_folder(FileSystem& files, const fs::path& folder, Split split) {
  const std::string prefix = split == Split::kTrain ? "train" : "t10k";
  const fs::path images = find_idx(files, folder, prefix + "-images", "idx3-ubyte");
  const fs::path labels = find_idx(files, folder, prefix + "-labels", "idx1-ubyte");
  NamedArray samples = {images.string(), {}, {}};
  if (is_large(images)) samples.mapped = with_context(images.string(), [&] { return map_idx(images); });
  if (!samples.mapped) samples.values = read_idx(files, images);
  return make_dataset({std::move(samples)}, {{labels.string(), read_idx(files, labels), {}}}, 0.0f);
}

// ---- arrays by name: .npz, folders of .npy files

/// Opens one array; none where it is not there.
using OpenArray = std::function<std::optional<NamedArray>(const std::string& name)>;

/// The arrays called NAME_train or NAME_test; a single one may also be `usual`.
std::vector<NamedArray> arrays_of(const OpenArray& open, const std::vector<std::string>& names, const char* usual,
                                  Split split, const std::string& path) {
  const std::string suffix = split == Split::kTrain ? "_train" : "_test";
  std::vector<NamedArray> arrays;
  for (const std::string& name : names.empty() ? std::vector<std::string>{usual} : names) {
    std::optional<NamedArray> array = open(name + suffix);
    if (!array && names.size() == 1) array = open(usual + suffix);
    require(array.has_value(), "{}: has no array '{}'; {}", path, name + suffix,
            names.size() <= 1 ? "x_train, y_train, x_test and y_test are needed"
                              : "there must be NAME_train and NAME_test for each input and output of the model");
    arrays.push_back(std::move(*array));
  }
  return arrays;
}

Dataset read_arrays(const OpenArray& open, const ArrayNames& names, Split split, const std::string& path) {
  std::vector<NamedArray> inputs = arrays_of(open, names.inputs, "x", split, path), outputs;
  if (names.needs_outputs) outputs = arrays_of(open, names.outputs, "y", split, path);
  return make_dataset(std::move(inputs), std::move(outputs), names.scale);
}

/// Large samples stay on the disk.
Dataset read_npy_folder(FileSystem& files, const fs::path& folder, Split split, const ArrayNames& names) {
  const auto open = [&](const std::string& name) -> std::optional<NamedArray> {
    const fs::path path = folder / (name + ".npy");
    if (!files.is_file(path)) return std::nullopt;
    NamedArray array = {path.string(), {}, {}};
    with_context(path.string(), [&] {
      if (is_large(path)) array.mapped = map_npy(path);
      if (!array.mapped) array.values = parse_npy(files.read(path));
    });
    return array;
  };
  return read_arrays(open, names, split, folder.string());
}

Dataset read_npz(FileSystem& files, const fs::path& path, Split split, const ArrayNames& names) {
  const Bytes file = files.read(path);
  const auto open = [&](const std::string& name) -> std::optional<NamedArray> {
    NpzArrays arrays = with_context(path.string(), [&] { return parse_npz(file, {name}); });
    if (arrays.empty()) return std::nullopt;
    return NamedArray{path.string() + ": " + name, std::move(arrays.begin()->second), {}};
  };
  return read_arrays(open, names, split, path.string());
}

// ---- all kinds

Dataset read_csv(FileSystem& files, const fs::path& path, std::string_view label,
                 const std::vector<std::string>& class_names = {}) {
  Dataset data = with_context(path.string(), [&] { return parse_csv(as_text(files.read(path)), label, class_names); });
  data.source = path.string();
  return data;
}

/// Only arrays have names.
void require_one(const ArrayNames& names, const fs::path& path) {
  require(names.inputs.size() <= 1 && (names.outputs.size() <= 1 || !names.needs_outputs),
          "{}: a model with several inputs or outputs needs arrays that are called like them: an .npz, or a folder of "
          ".npy files, with NAME_train and NAME_test for each",
          path.string());
}

Dataset load_folder(FileSystem& files, const fs::path& path, Split split, std::string_view label,
                    const ArrayNames& names) {
  const std::string first = names.inputs.empty() ? "x" : names.inputs[0];
  if (files.is_file(path / "x_train.npy") || files.is_file(path / (first + "_train.npy"))) {
    return read_npy_folder(files, path, split, names);
  }
  require_one(names, path);
  if (files.is_file(path / "train.csv")) {
    Dataset data = read_csv(files, path / "train.csv", label);
    return split == Split::kTrain ? data : read_csv(files, path / "test.csv", label, data.class_names);
  }
  if (is_class_folders(path, ".wav")) return load_sounds(files, path, split);
  if (is_class_folders(path, ".png")) return load_images(files, path, split);
  return read_folder(files, path, split);
}

void require_one_shape(const Dataset& a, const Dataset& b, const std::string& name) {
  require(a.sample_shape == b.sample_shape, "{}: samples to train on and to test with have different shapes", name);
  require(a.parts == b.parts, "{}: samples to train on and to test with have different shapes", name);
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
    require(parts[p].parts == all.parts, "{}: its samples have another shape than those of {}", parts[p].source,
            all.source);
    for (std::size_t k = 0; k < all.more_answers.size(); ++k) {
      append(all.more_answers[k].labels, parts[p].more_answers[k].labels);
      append(all.more_answers[k].targets, parts[p].more_answers[k].targets);
      all.more_answers[k].classes = std::max(all.more_answers[k].classes, parts[p].more_answers[k].classes);
    }
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

/// Whether a data set has samples to test with. Where that cannot be told beforehand, it should.
bool has_test_part(FileSystem& files, const fs::path& path, const ArrayNames& names) {
  const std::string own = names.inputs.empty() ? "x" : names.inputs[0];
  if (path.extension() == ".csv") return false;
  if (path.extension() == ".npz" && files.is_file(path)) {
    return with_context(path.string(), [&] {
      return !parse_npz(files.read(path), {"x_test", "y_test", own + "_test"}).empty();
    });
  }
  const auto has = [&](const std::string& name) { return files.is_file(path / (name + ".npy")); };
  if (has("x_train") || has(own + "_train")) return has("x_test") || has(own + "_test");
  return !files.is_file(path / "train.csv") || files.is_file(path / "test.csv");
}

Dataset load_test(FileSystem& files, const DataSpec& spec) {
  const DataArgument argument = parse_data_argument(spec.test);
  const Dataset data =
      load_dataset(files, argument.path, argument.split.value_or(Split::kTest), spec.label, spec.names);
  return argument.count ? data.first(*argument.count) : data;
}

}  // namespace

Dataset load_dataset(FileSystem& files, const fs::path& path, Split split, std::string_view label,
                     const ArrayNames& names) {
  if (files.is_folder(path)) return load_folder(files, path, split, label, names);
  require(files.is_file(path), "{}: is not there; {}", path.string(), kAdvice);
  if (path.extension() == ".csv") {
    require_one(names, path);
    return read_csv(files, path, label);
  }
  require(path.extension() == ".npz", "{}: is no data set that can be read; {}", path.string(), kAdvice);
  return read_npz(files, path, split, names);
}

DatasetSplits load_dataset(FileSystem& files, const fs::path& path) {
  return load_dataset(files, DataSpec{{path.string()}});
}

DatasetSplits load_dataset(FileSystem& files, const DataSpec& spec) {
  std::vector<Dataset> train, test;
  ArrayNames names = spec.names;
  if (spec.scale) names.scale = *spec.scale;
  for (const std::string& text : spec.paths) {
    const DataArgument argument = parse_data_argument(text);
    Dataset part = load_dataset(files, argument.path, argument.split.value_or(Split::kTrain), spec.label, names);
    train.push_back(argument.count ? part.first(*argument.count) : std::move(part));
    if (spec.test.empty() && !argument.split && has_test_part(files, argument.path, names)) {
      test.push_back(load_dataset(files, argument.path, Split::kTest, spec.label, names));
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
  for (std::size_t k = 0; k < splits.test.more_answers.size(); ++k) {
    StoredAnswers &train_answers = splits.train.more_answers[k], &test_answers = splits.test.more_answers[k];
    train_answers.classes = test_answers.classes = std::max(train_answers.classes, test_answers.classes);
  }
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

void require_labels_below(const Dataset& data, std::int32_t classes) { require_labels_below(data, 0, classes); }

void require_labels_below(const Dataset& data, std::size_t output, std::int32_t classes) {
  const std::span<const std::int32_t> labels = data.answers(output).labels;
  const auto found = std::ranges::find_if(labels, [&](std::int32_t label) { return label >= classes; });
  if (found == labels.end()) return;
  input_error("{} has the label {}, but there are only {} classes",
              data.name_of(static_cast<std::size_t>(found - labels.begin())), *found, classes);
}

DataArgument parse_data_argument(std::string_view text) {
  DataArgument argument{.path = text, .split = {}, .count = {}, .scale = {}};
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

Dataset load_dataset(FileSystem& files, const DataArgument& argument, Split otherwise, ArrayNames names) {
  if (argument.scale) names.scale = *argument.scale;
  Dataset data = load_dataset(files, argument.path, argument.split.value_or(otherwise), {}, names);
  if (argument.scale) data.scale = *argument.scale;
  return argument.count ? data.first(*argument.count) : data;
}

}  // namespace thimble
