// IDX: the format of the MNIST files.
#pragma once

#include "base/npy.h"

namespace thimble {

/// Reads a whole file, gzipped or not. Throws InputError (not IDX, truncated or too long for its dimensions, more than
/// `max_bytes` unpacked).
NpyArray parse_idx(ByteSpan file, std::size_t max_bytes = std::size_t{1} << 30);

}  // namespace thimble
