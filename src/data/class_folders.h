// Data sets as folders of files: one folder a class.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "data/load.h"

namespace thimble {

struct LabelledFile {
  std::filesystem::path path;
  std::int32_t label;
};

struct ClassFolders {
  std::vector<std::string> classes;  // names of the folders, in their order: label i is classes[i]
  std::vector<LabelledFile> files;   // in the order of their paths
};

/// Whether `folder` has folders in it that hold files with the extension `extension` (".wav"; capitals count as small
/// letters), or folders train and test that do.
bool is_class_folders(const std::filesystem::path& folder, std::string_view extension);

/// The files of one part of the data set: of folder/train or folder/test if there are both, else one file in ten is for
/// tests, by a hash of its name: adding files moves no others. Throws InputError for a class without files, and when
/// the classes of train and test differ.
ClassFolders list_class_folders(const std::filesystem::path& folder, std::string_view extension, Split split);

}  // namespace thimble
