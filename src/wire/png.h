// PNG images -> bytes. libspng does the work.
#pragma once

#include "base/npy.h"

namespace thimble {

/// The pixels as uint8 [height][width][channels]: 1 channel for grey images, else red, green and blue; transparency is
/// left out, 16 bits become 8. Throws InputError (not PNG, damaged, larger than 64 million pixels).
NpyArray parse_png(ByteSpan file);

}  // namespace thimble
