// For tests: the toy model package of tests/board/toy, which follows the contract of generated packages, with its knobs
// set.
#pragma once

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "base/subprocess.h"
#include "board/board.h"

namespace thimble {

struct Toy {
  int loop = 4096;     // iterations of toy_spin, two instructions each; a multiple of 4096
  int stack = 256;     // bytes of the array on the stack
  int arena = 256;     // bytes
  int weights = 16;    // bytes
  int data = 0;        // bytes of initialised variables
  int table = 0;       // bytes of constants that are not weights
  std::string more{};  // "#define TOY_FAULT" and the like
};

inline FileSet toy_package(const Toy& toy) {
  const std::filesystem::path root = std::filesystem::path(THIMBLE_SOURCE_DIR) / "tests/board/toy";
  FileSet files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (!entry.is_regular_file()) continue;
    const Bytes bytes = real_file_system().read(entry.path());
    files[std::filesystem::relative(entry.path(), root).string()] = as_text(bytes);
  }
  files["toy.h"] = fmt::format(
      "#define TOY_LOOP {}\n#define TOY_STACK {}\n#define TOY_ARENA {}\n#define TOY_WEIGHTS {}\n#define TOY_DATA {}\n"
      "#define TOY_TABLE {}\n{}\n",
      toy.loop, toy.stack, toy.arena, toy.weights, toy.data, toy.table, toy.more);
  return files;
}

inline std::string missing_tools(const Board& board) {
  const bool tools = find_program(std::string(board.tools) + "gcc").has_value();
  const bool emulator = board.emulator.empty() || find_program(std::string(board.emulator)).has_value();
  if (tools && emulator) return "";
  return fmt::format("not installed: {} {}", tools ? "" : board.tools_packages, emulator ? "" : board.emulator_package);
}

/// A test that is run for each board, and is skipped when its tools are not installed.
class OnBoard : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    const std::string missing = missing_tools(board());
    if (!missing.empty()) GTEST_SKIP() << missing;
  }
  static const Board& board() { return find_board(GetParam()); }
  std::filesystem::path folder() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

inline std::vector<std::string> board_names() {
  std::vector<std::string> names;
  for (const Board& board : boards()) names.emplace_back(board.name);
  return names;
}

}  // namespace thimble
