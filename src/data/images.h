// Data sets of PNG images: one folder a class.
#pragma once

#include <filesystem>

#include "data/load.h"

namespace thimble {

/// One part of the images of `folder`, as list_class_folders has them. Samples that do not fit half of the memory go to
/// a temporary file. Throws InputError that names the image: damaged, or of another size than the first.
Dataset load_images(FileSystem& files, const std::filesystem::path& folder, Split split);

}  // namespace thimble
