#include "base/file_system.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>

#include "base/error.h"

namespace thimble {
namespace {

namespace fs = std::filesystem;

FileSystem& files() { return real_file_system(); }

std::string text_of(const fs::path& path) { return std::string(as_text(files().read(path))); }

std::size_t count_files(const fs::path& folder) {
  return static_cast<std::size_t>(std::distance(fs::recursive_directory_iterator(folder), {}));
}

template <typename Body>
std::string fault(Body&& body) {
  try {
    body();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no fault";
}

/// As on a full disk: no file may grow beyond `bytes` while this lives.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(FileSystem, WritesWholeFilesAndMakesFolders) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "a/b/file";
  files().write(path, "first");
  files().write(path, "2nd");
  EXPECT_EQ(text_of(path), "2nd");
  EXPECT_EQ(count_files(folder.path()), 3U);  // a, b and the file; nothing temporary
}

TEST(FileSystem, AFullDiskLeavesWhatWasThere) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "file";
  files().write(path, "old");
  const std::string message = fault([&] {
    const FullDisk full(100);
    files().write(path, std::string(1000, 'x'));
  });
  EXPECT_NE(message.find("free some space"), std::string::npos) << message;
  EXPECT_EQ(text_of(path), "old");
  EXPECT_EQ(count_files(folder.path()), 1U);
}

TEST(FileSystem, OfSeveralFilesAllOrNone) {
  const TemporaryFolder folder;
  files().write(folder.path() / "b", "old");
  const FileSet set = {{"a", "small"}, {"b", "small"}, {"c", std::string(1000, 'x')}};
  const std::string message = fault([&] {
    const FullDisk full(100);
    files().write_all(folder.path(), set);
  });
  EXPECT_NE(message.find("c: cannot be written"), std::string::npos) << message;
  EXPECT_FALSE(fs::exists(folder.path() / "a"));
  EXPECT_EQ(count_files(folder.path()), 1U);
  files().write_all(folder.path(), set);
  EXPECT_EQ(count_files(folder.path()), 3U);
}

TEST(FileSystem, DevicesAreWrittenToAndStay) {
  EXPECT_EQ(fault([] { files().write("/dev/null", "text"); }), "no fault");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "there is no /dev/full";
  EXPECT_NE(fault([] { files().write("/dev/full", "text"); }).find("free some space"), std::string::npos);
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST(FileSystem, RefusesWhatCannotBeWritten) {
  const TemporaryFolder folder;
  files().write(folder.path() / "file", "");
  EXPECT_NE(fault([&] { files().write(folder.path(), "x"); }).find("Is a directory"), std::string::npos);
  EXPECT_NE(fault([&] { files().write(folder.path() / "file/below", "x"); }).find("cannot be written"),
            std::string::npos);
}

TEST(FileSystem, TellsBeforehandWhereNothingCanBeWritten) {
  const TemporaryFolder folder;
  files().write(folder.path() / "file", "");
  EXPECT_EQ(fault([&] { files().require_writable(folder.path()); }), "no fault");
  EXPECT_EQ(fault([&] { files().require_writable(folder.path() / "not/yet/there"); }), "no fault");
  EXPECT_EQ(fault([] { files().require_writable("not-there"); }), "no fault");
  EXPECT_FALSE(fs::exists(folder.path() / "not"));
  for (const char* path : {"file", "file/below/deep"}) {
    const std::string message = fault([&] { files().require_writable(folder.path() / path); });
    EXPECT_NE(message.find("cannot be written"), std::string::npos) << message;
  }
  if (::geteuid() == 0) return;  // root may write anywhere
  fs::permissions(folder.path(), fs::perms::owner_read | fs::perms::owner_exec);
  const std::string message = fault([&] { files().require_writable(folder.path() / "out"); });
  fs::permissions(folder.path(), fs::perms::owner_all);
  EXPECT_NE(message.find("choose a folder that you may write to"), std::string::npos) << message;
}

TEST(FileSystem, RefusesWhatCannotBeRead) {
  const TemporaryFolder folder;
  EXPECT_NE(fault([&] { files().read(folder.path()); }).find("not a regular file"), std::string::npos);
  EXPECT_NE(fault([&] { files().read(folder.path() / "missing"); }).find("check the path"), std::string::npos);
  files().write(folder.path() / "large", "12345");
  EXPECT_NE(fault([&] { files().read(folder.path() / "large", 4); }).find("5 bytes"), std::string::npos);
}

}  // namespace
}  // namespace thimble
