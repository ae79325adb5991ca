// Data sets from files, and how a command line names them.
#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "base/file_system.h"
#include "data/dataset.h"

namespace thimble {

enum class Split { kTrain, kTest };

/// `path` is a folder with the four files of MNIST (train-images-idx3-ubyte and so on, gzipped or not), or an .npz with
/// x_train, y_train, x_test and y_test, or a folder of WAV files by class (data/sounds.h). Samples are uint8 or floats, of the shapes (count, height, width),
/// (count, height, width, channels) or (count, features); labels are integers from 0. Throws InputError that names the
/// file and what is wrong with it.
Dataset load_dataset(FileSystem& files, const std::filesystem::path& path, Split split);

/// Both parts. Their samples have one shape, and both tell as many classes apart.
DatasetSplits load_dataset(FileSystem& files, const std::filesystem::path& path);

/// Throws InputError unless every label is below `classes`, such as the number of a model's outputs.
void require_labels_below(const Dataset& data, std::int32_t classes);

/// DATA[:train|:test|:N], N samples.
struct DataArgument {
  std::filesystem::path path;
  std::optional<Split> split;
  std::optional<std::size_t> count;
};

/// Throws InputError for an empty path and for N = 0. A last colon followed by something else belongs to the path.
DataArgument parse_data_argument(std::string_view text);

/// The part of the data that `argument` names, `otherwise` if it names none, and no more than its count.
Dataset load_dataset(FileSystem& files, const DataArgument& argument, Split otherwise);

}  // namespace thimble
