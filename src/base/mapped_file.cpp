#include "base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace thimble {
namespace {

namespace fs = std::filesystem;

SharedBytes map_descriptor(int file, std::size_t size, const std::string& name) {
  if (size == 0) return SharedBytes(Bytes());
  void* start = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
  require(start != MAP_FAILED, "{}: cannot be mapped: {}", name, std::strerror(errno));
  const std::shared_ptr<const void> owner(start, [size](const void* p) { ::munmap(const_cast<void*>(p), size); });
  return {owner, ByteSpan(static_cast<const std::uint8_t*>(start), size)};
}

}  // namespace

SharedBytes map_file(const fs::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  require(file >= 0, "{}: cannot be opened: {}; check the path", path.string(), std::strerror(errno));
  const std::shared_ptr<void> closer(nullptr, [file](void*) { ::close(file); });
  struct stat info {};
  require(::fstat(file, &info) == 0 && S_ISREG(info.st_mode), "{}: is not a regular file; name a file", path.string());
  return map_descriptor(file, static_cast<std::size_t>(info.st_size), path.string());
}

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (!entry.path().filename().string().starts_with(".")) entries.push_back(entry.path());
  }
  require(!error, "{}: cannot be read: {}", folder.string(), error.message());
  std::sort(entries.begin(), entries.end());
  return entries;
}

std::size_t SpillingBytes::half_of_memory() {
  const long pages = ::sysconf(_SC_PHYS_PAGES), size = ::sysconf(_SC_PAGE_SIZE);
  return static_cast<std::size_t>(pages) / 2 * static_cast<std::size_t>(size);
}

SpillingBytes::~SpillingBytes() {
  if (file_ >= 0) ::close(file_);
}

void SpillingBytes::append(ByteSpan bytes) {
  held_.insert(held_.end(), bytes.begin(), bytes.end());
  size_ += bytes.size();
  constexpr std::size_t kBlock = std::size_t{1} << 20;
  if (size_ > most_ && held_.size() >= std::min(kBlock, most_)) flush();
}

void SpillingBytes::flush() {
  if (file_ < 0) {
    std::string pattern = (fs::temp_directory_path() / "thimble.XXXXXX").string();
    file_ = ::mkostemp(pattern.data(), O_CLOEXEC);
    require(file_ >= 0, "{}: cannot be made: {}; set TMPDIR", pattern, std::strerror(errno));
    ::unlink(pattern.c_str());
  }
  for (std::size_t done = 0; done < held_.size();) {
    const ssize_t count = ::write(file_, held_.data() + done, held_.size() - done);
    if (count < 0 && errno == EINTR) continue;
    require(count >= 0, "samples do not fit the temporary folder: {}; set TMPDIR", std::strerror(errno));
    done += static_cast<std::size_t>(count);
  }
  held_.clear();
}

SharedBytes SpillingBytes::finish() && {
  if (file_ < 0) return SharedBytes(std::move(held_));
  flush();
  return map_descriptor(file_, size_, "temporary file");
}

}  // namespace thimble
