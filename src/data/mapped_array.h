// Arrays of samples that stay on the disk: .npy and IDX files, mapped.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "base/npy.h"
#include "base/shared_bytes.h"

namespace thimble {

struct MappedArray {
  NpyType type = NpyType::kUint8;
  std::vector<std::int64_t> shape;
  SharedBytes bytes;
};

/// Only what is there as it is read: row-major, little endian, uint8 or float32, not compressed. Nothing for files that
/// are otherwise. Throws InputError when the file is shorter than its shape.
std::optional<MappedArray> map_npy(const std::filesystem::path& path);
std::optional<MappedArray> map_idx(const std::filesystem::path& path);

}  // namespace thimble
