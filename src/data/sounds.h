// Folders of WAV files by class -> what a model hears of them.
#pragma once

#include "data/dataset.h"
#include "data/load.h"

namespace thimble {

/// Samples are the bytes of audio/log_mel.h, of the shape {frames, features, 1}, by the folder's front_end.toml. Throws
/// InputError that names the file: damaged, or of another sample rate.
Dataset load_sounds(FileSystem& files, const std::filesystem::path& folder, Split split);

}  // namespace thimble
