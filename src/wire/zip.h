// zip archives in memory.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"

namespace thimble {

struct ZipEntry {
  std::string name;
  Bytes contents;
};

bool is_zip(ByteSpan file);

/// The entries for which `wanted` holds, unpacked, in the archive's order. Throws InputError (not a zip, damaged, wrong
/// checksum, encrypted, more than `max_bytes` in all, one name twice).
std::vector<ZipEntry> parse_zip(
    ByteSpan file, std::size_t max_bytes,
    const std::function<bool(std::string_view)>& wanted = [](auto) { return true; });

/// Stores the entries in this order, uncompressed. Same entries, same bytes: all dates are 1980-01-01.
Bytes write_zip(const std::vector<ZipEntry>& entries);

}  // namespace thimble
