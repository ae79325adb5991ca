// WAV: sound as samples.
#pragma once

#include <cstdint>
#include <vector>

#include "base/file_system.h"

namespace thimble {

struct Sound {
  int sample_rate = 0;                // Hz
  std::vector<std::int16_t> samples;  // one channel: the mean of all
};

/// Reads a whole file; at most the first `most_samples` of each channel. Samples of other types than 16 bits are
/// converted. Throws InputError (not a WAV file, damaged, no samples).
Sound parse_wav(ByteSpan file, std::size_t most_samples = std::size_t{1} << 26);

/// A WAV file of one channel of 16 bits.
Bytes make_wav(const Sound& sound);

}  // namespace thimble
