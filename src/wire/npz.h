// NumPy's .npz: arrays by name.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/npy.h"

namespace thimble {

using NpzArrays = std::map<std::string, NpyArray>;

/// Reads the arrays called `names`, or all if there are no names; an array that is not there is left out. Throws
/// InputError (not .npz, damaged, more than `max_bytes` in all).
NpzArrays parse_npz(ByteSpan file, const std::vector<std::string_view>& names = {},
                    std::size_t max_bytes = std::size_t{1} << 30);

/// Uncompressed, in the order of the names.
Bytes write_npz(const NpzArrays& arrays);

}  // namespace thimble
