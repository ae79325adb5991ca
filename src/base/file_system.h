// All reading and writing of files goes through FileSystem, so that tests can fake a full disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thimble {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;

/// Files to be written together: path relative to a folder -> contents.
using FileSet = std::map<std::string, std::string>;

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// The whole file. Throws InputError (missing, a folder, not readable, larger than `max_bytes`).
  virtual Bytes read(const std::filesystem::path& path, std::size_t max_bytes) = 0;
  Bytes read(const std::filesystem::path& path) { return read(path, std::size_t{1} << 31); }

  /// Writes `contents` to `path` whole or not at all: to a temporary file beside it, which is then renamed.
  /// Makes the parent folders. Throws InputError (not writable, disk full) and leaves nothing behind. A device or a
  /// pipe cannot be replaced: it is written to.
  virtual void write(const std::filesystem::path& path, ByteSpan contents) = 0;
  void write(const std::filesystem::path& path, std::string_view text);

  /// Throws InputError when no file can be made in `folder`, which need not be there yet. To be asked before long work,
  /// so that its result is not lost.
  virtual void require_writable(const std::filesystem::path& folder);

  virtual bool is_file(const std::filesystem::path& path) = 0;
  virtual bool is_folder(const std::filesystem::path& path) = 0;

  /// Writes every file of `files` under `folder`. On the machine's own files: all of them or none; when one cannot be
  /// written, those that were there before are as they were.
  virtual void write_all(const std::filesystem::path& folder, const FileSet& files);
};

/// The machine's own files.
FileSystem& real_file_system();

/// A new empty folder under the system's temporary folder, removed with all its contents at the end of life.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline ByteSpan as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteSpan bytes) { return {reinterpret_cast<const char*>(bytes.data()), bytes.size()}; }

}  // namespace thimble
