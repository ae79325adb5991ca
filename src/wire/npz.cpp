#include "wire/npz.h"

#include <algorithm>

#include "wire/zip.h"

namespace thimble {
namespace {

constexpr std::string_view kExtension = ".npy";

/// "x_train.npy" -> "x_train"
std::string_view array_name(std::string_view entry) {
  return entry.ends_with(kExtension) ? entry.substr(0, entry.size() - kExtension.size()) : entry;
}

}  // namespace

NpzArrays parse_npz(ByteSpan file, const std::vector<std::string_view>& names, std::size_t max_bytes) {
  const auto wanted = [&](std::string_view entry) {
    return entry.ends_with(kExtension) && (names.empty() || std::ranges::find(names, array_name(entry)) != names.end());
  };
  NpzArrays arrays;
  for (const ZipEntry& entry : parse_zip(file, max_bytes, wanted)) {
    const std::string name(array_name(entry.name));
    arrays[name] = with_context(name, [&] { return parse_npy(entry.contents); });
  }
  return arrays;
}

Bytes write_npz(const NpzArrays& arrays) {
  std::vector<ZipEntry> entries;
  for (const auto& [name, array] : arrays) entries.push_back({name + std::string(kExtension), write_npy(array)});
  return write_zip(entries);
}

}  // namespace thimble
