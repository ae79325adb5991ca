// Which layers the code of a firmware is for.
//
// The generated C names the steps that a line is for in a comment (codegen/layers_c.h), debug information leads from
// an instruction to its line, through all that was inlined. A function without such lines is for those who call it, a
// constant for those who read it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "board/firmware.h"

namespace thimble {

/// Code and constants that the same steps of the program need.
struct CodeShare {
  std::set<std::size_t> steps;
  std::uint32_t bytes = 0;
  std::vector<std::string> names;  // of functions and constants, the largest first
};

/// What of the model's code (Firmware::code_bytes) is for layers; the rest is for none, or not known. The firmware must
/// still be in the folder where it was built.
std::vector<CodeShare> code_of_layers(const Firmware& firmware);

}  // namespace thimble
