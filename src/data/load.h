// Data sets from files, and how a command line names them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "data/dataset.h"

namespace thimble {

enum class Split { kTrain, kTest };

/// The arrays of a model with several inputs or outputs: of `image` image_train and image_test. Without names: x and y.
struct ArrayNames {
  std::vector<std::string> inputs = {};
  std::vector<std::string> outputs = {};
  bool needs_outputs = true;    // false: arrays without labels will do; they get the label 0
  float scale = 1.0F / 255.0F;  // of bytes in one input beside floats in another
};

/// `path` is a folder with the four files of MNIST (train-images-idx3-ubyte and so on, gzipped or not), with
/// x_train.npy, y_train.npy, x_test.npy and y_test.npy, with train.csv and test.csv (data/csv.h), or with a folder of
/// PNG images or WAV files for each class (data/class_folders.h); or an .npz with x_train, y_train, x_test and y_test.
/// A .csv file has one part only, whatever `split` is. Samples are uint8 or floats,
/// of the shapes (count, height, width), (count, height, width, channels) or (count, features); labels are integers
/// from 0, or floats to predict, one or several a sample. `label` names the column of labels in CSV files. Large files
/// stay on the disk, where they are read as they are (IDX, .npy). `names` are for .npy and .npz, where x and y stand
/// for the only input and output, too. Throws InputError that names the file and what is wrong with it.
Dataset load_dataset(FileSystem& files, const std::filesystem::path& path, Split split, std::string_view label = {},
                     const ArrayNames& names = {});

/// What a recipe says of its data.
struct DataSpec {
  std::vector<std::string> paths = {};  // data sets to mix, as DATA[:train|:test|:N]
  std::vector<double> weights = {};     // the shares of the paths in an epoch; empty: all samples of each
  std::string test = {};                // the data set to test with; empty: the paths' own test parts
  std::string label = {};               // the column of labels in CSV files
  std::optional<float> scale = {};      // what bytes are multiplied by
  std::uint64_t seed = 0;               // of the choice that weights make
  ArrayNames names = {};
};

/// Both parts. Their samples have one shape, and both tell as many classes apart. The test part is empty when the data
/// has none.
DatasetSplits load_dataset(FileSystem& files, const DataSpec& spec);
DatasetSplits load_dataset(FileSystem& files, const std::filesystem::path& path);

/// Throws InputError when a class below data.classes has no sample.
void require_all_classes(const Dataset& data);

/// Throws InputError unless every label is below `classes`, such as the number of a model's outputs.
void require_labels_below(const Dataset& data, std::int32_t classes);
/// Likewise the labels of output number `output` of several.
void require_labels_below(const Dataset& data, std::size_t output, std::int32_t classes);

/// DATA[:train|:test|:N], N samples.
struct DataArgument {
  std::filesystem::path path;
  std::optional<Split> split;
  std::optional<std::size_t> count;
  std::optional<float> scale = {};  // what bytes are multiplied by, if not 1/255
};

/// Throws InputError for an empty path and for N = 0. A last colon followed by something else belongs to the path.
DataArgument parse_data_argument(std::string_view text);

/// The part of the data that `argument` names, `otherwise` if it names none, and no more than its count.
Dataset load_dataset(FileSystem& files, const DataArgument& argument, Split otherwise, ArrayNames names = {});

}  // namespace thimble
