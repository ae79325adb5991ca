// Builds the generated C package of a model into firmware for a board, and gives the account of its memory.
//
// How the figures are obtained: the linker script (device/*/firmware.ld) puts what belongs to the weights, to the model
// and to the board into output sections of their own, unused functions and tables already left out; the sizes of these
// sections in the linked ELF file are the figures. Padding inside a section counts with it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/file_system.h"
#include "base/optimize.h"
#include "board/board.h"
#include "board/elf.h"

namespace thimble {

enum class App {
  kHarness,  // measures: device/harness.c, run with run_on_board
  kDemo,     // shows itself over the serial port: device/demo_main.c, run with run_demo
};

struct FirmwareOptions {
  App app = App::kHarness;
  Optimize optimize = Optimize::kSize;  // the board's own part is always built with -Os
  int marked_layers = 0;                // the package marks as many layers (device/bench.h)
  Bytes demo_input = {};                // for the demo: the bytes of all model inputs, one behind the other
};

struct Firmware {
  const Board* board = nullptr;
  App app = App::kHarness;
  int marked_layers = 0;
  std::filesystem::path elf;  // with debug information

  // Flash. code is the model's code, its constants other than weights, the initial values of its variables, and the
  // functions of libc, libm and libgcc that it needs; in a demo, also those that the demo needs.
  std::uint32_t weights_bytes = 0;
  std::uint32_t code_bytes = 0;
  std::uint32_t board_bytes = 0;  // vector table, start-up, drivers, harness or demo
  std::uint32_t flash_bytes = 0;  // all of the image: the three, and padding between them

  // RAM, all of it static; the stack comes on top and is measured in the run.
  std::uint32_t ram_bytes = 0;        // of the model: arena with inputs and outputs, all its variables
  std::uint32_t board_ram_bytes = 0;  // of start-up, drivers, harness or demo

  /// At most so many bytes of stack does model_invoke take, interrupts left aside: proven (stack_bound.h); none where
  /// it could not be proven.
  std::optional<std::uint32_t> stack_bound;

  ElfFile contents;      // sections, functions and symbols of `elf`
  std::string warnings;  // what the compiler said of the package
};

/// Compiles every .c file of `package` but main.c, and the board's part, and links them in `folder`, which keeps all
/// objects and the linker map. Throws InputError when the model does not fit the board (with the numbers) or a tool is
/// not installed (with the package that has it), InternalError with the first error when the C does not compile or
/// link.
Firmware build_firmware(const Board& board, const FileSet& package, const FirmwareOptions& options,
                        const std::filesystem::path& folder);

}  // namespace thimble
