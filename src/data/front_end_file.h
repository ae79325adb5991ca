// front_end.toml, which lies in a data set of sounds and says how models hear them.
//
//   sample_rate = 16000    # all arguments of LogMelSettings, with these defaults
//   seconds = 1.0
//   window_ms = 30
//   hop_ms = 20
//   bands = 40
//   coefficients = 0       # 10 for an MFCC of 10 coefficients
//   min_hz = 20
//   max_hz = 4000
//   min_db = -80
//   max_db = 0
#pragma once

#include <filesystem>

#include "audio/log_mel.h"

namespace thimble {

inline constexpr const char* kFrontEndFile = "front_end.toml";

/// `path` is such a file, or a folder that may have one; without one the defaults hold. Throws InputError that names
/// the file and the argument.
LogMelSettings read_front_end(FileSystem& files, const std::filesystem::path& path);

}  // namespace thimble
