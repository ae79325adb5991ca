// The checksum of HDF5's newer structures.
#pragma once

#include <cstdint>

#include "base/file_system.h"

namespace thimble {

/// Bob Jenkins's lookup3 ("hashlittle", 2006, public domain) with the initial value 0.
std::uint32_t hdf5_checksum(ByteSpan bytes);

}  // namespace thimble
