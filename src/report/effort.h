// What it takes to use a model on a device: what is written by hand, what is generated, what it depends on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"

namespace thimble {

struct Effort {
  std::string recipe;              // its path; empty: none was given
  std::uint64_t recipe_lines = 0;  // those with anything on them, as are all below
  std::string package;             // the folder of the generated C; empty: none was given
  std::uint64_t package_files = 0;
  std::uint64_t model_lines = 0;     // the model's own C, its interface and self-test
  std::uint64_t weight_lines = 0;    // tables of numbers
  std::uint64_t kernel_lines = 0;    // of the kernels that the model uses
  std::uint64_t build_lines = 0;     // the Makefile
  std::vector<std::string> headers;  // system headers that the C includes, the example aside
};

/// Lines that hold more than spaces.
std::uint64_t count_lines(std::string_view text);

/// Either may be empty. Throws InputError when one that is named cannot be read.
Effort measure_effort(FileSystem& files, const std::filesystem::path& recipe, const std::filesystem::path& package);

}  // namespace thimble
