#include "base/file_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "base/error.h"

namespace thimble {
namespace fs = std::filesystem;
namespace {

/// A POSIX file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool close() { return ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

[[noreturn]] void cannot_write(const fs::path& path, int error) {
  const char* advice = error == ENOSPC || error == EDQUOT || error == EFBIG ? "free some space"
                       : error == EACCES || error == EROFS                  ? "choose a folder that you may write to"
                                                                            : "choose another output path";
  input_error("{}: cannot be written: {}; {}", path.string(), std::strerror(error), advice);
}

bool write_whole(int fd, ByteSpan contents) {
  std::size_t done = 0;
  while (done < contents.size()) {
    const ssize_t count = ::write(fd, contents.data() + done, contents.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return true;
}

/// For what is no regular file: a device, a pipe.
void write_in_place(const fs::path& path, ByteSpan contents) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (file.get() < 0 || !write_whole(file.get(), contents) || !file.close()) cannot_write(path, errno);
}

/// Makes the folders that `path` lies in. Throws InputError, also when `path` is a folder itself.
void make_room_for(const fs::path& path) {
  std::error_code error;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), error);
  if (error) cannot_write(path, error.value());
  if (fs::is_directory(path)) cannot_write(path, EISDIR);
}

/// The whole contents of a file, on the disk beside it. commit() puts them into its place; without it they go away.
class StagedFile {
 public:
  StagedFile(fs::path path, ByteSpan contents) : path_(std::move(path)), temporary_(path_.string() + ".XXXXXX") {
    Descriptor file(::mkostemp(temporary_.data(), O_CLOEXEC));
    if (file.get() < 0) cannot_write(path_, errno);
    const mode_t mask = ::umask(0);
    ::umask(mask);
    if (write_whole(file.get(), contents) && ::fchmod(file.get(), 0666 & ~mask) == 0 && file.close()) return;
    const int reason = errno;
    ::unlink(temporary_.c_str());
    cannot_write(path_, reason);
  }
  StagedFile(StagedFile&& other) noexcept
      : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, {})) {}
  StagedFile& operator=(StagedFile&&) = delete;
  ~StagedFile() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }

  void commit() {
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) cannot_write(path_, errno);
    temporary_.clear();
  }

 private:
  fs::path path_;
  std::string temporary_;
};

class RealFileSystem final : public FileSystem {
 public:
  using FileSystem::read;
  using FileSystem::write;

  Bytes read(const fs::path& path, std::size_t max_bytes) override {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    require(file.get() >= 0, "{}: cannot be opened: {}; check the path", path.string(), std::strerror(errno));
    struct stat info {};
    require(::fstat(file.get(), &info) == 0, "{}: cannot be read: {}", path.string(), std::strerror(errno));
    require(S_ISREG(info.st_mode), "{}: is not a regular file; name a file", path.string());
    const auto size = static_cast<std::size_t>(info.st_size);
    require(size <= max_bytes, "{}: has {} bytes, more than the {} that are read", path.string(), size, max_bytes);
    Bytes bytes(size);
    std::size_t done = 0;
    while (done < size) {
      const ssize_t count = ::read(file.get(), bytes.data() + done, size - done);
      if (count < 0 && errno == EINTR) continue;
      require(count >= 0, "{}: cannot be read: {}", path.string(), std::strerror(errno));
      require(count > 0, "{}: became shorter while it was read", path.string());
      done += static_cast<std::size_t>(count);
    }
    return bytes;
  }

  void write(const fs::path& path, ByteSpan contents) override {
    make_room_for(path);
    std::error_code error;
    if (fs::exists(path, error) && !fs::is_regular_file(path)) return write_in_place(path, contents);
    StagedFile(path, contents).commit();
  }

  void write_all(const fs::path& folder, const FileSet& files) override {
    std::vector<StagedFile> staged;
    staged.reserve(files.size());
    for (const auto& [name, contents] : files) {
      make_room_for(folder / name);
      staged.emplace_back(folder / name, as_bytes(contents));
    }
    for (StagedFile& file : staged) file.commit();
  }

  void require_writable(const fs::path& folder) override {
    std::error_code error;
    fs::path there = fs::absolute(folder, error);
    while (!fs::exists(there, error) && there.has_relative_path()) there = there.parent_path();
    if (!fs::is_directory(there, error)) cannot_write(folder, ENOTDIR);
    if (::access(there.c_str(), W_OK | X_OK) != 0) cannot_write(folder, errno);
  }

  bool is_file(const fs::path& path) override {
    std::error_code error;
    return fs::is_regular_file(path, error);
  }

  bool is_folder(const fs::path& path) override {
    std::error_code error;
    return fs::is_directory(path, error);
  }
};

}  // namespace

void FileSystem::write(const fs::path& path, std::string_view text) { write(path, as_bytes(text)); }

void FileSystem::require_writable(const fs::path&) {}

void FileSystem::write_all(const fs::path& folder, const FileSet& files) {
  for (const auto& [name, contents] : files) write(folder / name, contents);
}

FileSystem& real_file_system() {
  static RealFileSystem instance;
  return instance;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (fs::temp_directory_path() / "thimble.XXXXXX").string();
  require(::mkdtemp(pattern.data()) != nullptr, "{}: cannot be made: {}; set TMPDIR", pattern, std::strerror(errno));
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  fs::remove_all(path_, error);
}

}  // namespace thimble
