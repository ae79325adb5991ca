// Files that are larger than memory: mapped, so that the system reads what is looked at and forgets it again.
#pragma once

#include <filesystem>

#include "base/shared_bytes.h"

namespace thimble {

/// The contents of a file, which must not be changed meanwhile. Throws InputError when it cannot be mapped.
SharedBytes map_file(const std::filesystem::path& path);

/// What is in a folder, by name; hidden entries left out. Throws InputError when it cannot be read.
std::vector<std::filesystem::path> entries_of(const std::filesystem::path& folder);

/// Bytes that are written one after the other and then read: in memory, or, once there are more than `most_in_memory`,
/// in a temporary file without a name.
class SpillingBytes {
 public:
  explicit SpillingBytes(std::size_t most_in_memory = half_of_memory()) : most_(most_in_memory) {}
  ~SpillingBytes();
  SpillingBytes(const SpillingBytes&) = delete;
  SpillingBytes& operator=(const SpillingBytes&) = delete;

  void append(ByteSpan bytes);
  bool on_disk() const { return file_ >= 0; }
  SharedBytes finish() &&;

  static std::size_t half_of_memory();

 private:
  void flush();

  std::size_t most_;
  std::size_t size_ = 0;
  Bytes held_;
  int file_ = -1;
};

}  // namespace thimble
