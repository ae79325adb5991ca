// gzip -> bytes.
#pragma once

#include "base/file_system.h"

namespace thimble {

bool is_gzip(ByteSpan file);

/// Unpacks a whole file (all of its members). Throws InputError (not gzip, truncated, wrong checksum, more than
/// `max_bytes` unpacked).
Bytes gunzip(ByteSpan file, std::size_t max_bytes);

}  // namespace thimble
