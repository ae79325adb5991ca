// The microcontroller boards that Thimble knows, all of them emulated: by QEMU 7.2 or later, or by simavr.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace thimble {

/// A board, and how firmware is built for it and run. Sizes in bytes; they are what the emulator gives the machine, not
/// what a data sheet says, so that what fits here runs here.
struct Board {
  std::string_view name;    // "m4", as on the command line
  std::string_view title;   // "Arm Cortex-M4 (QEMU mps2-an386)"
  std::string_view family;  // the folder in device/ with start-up and linker script: arm, riscv, avr

  std::string_view emulator;          // the QEMU program; empty: plugin/avr_run.c, which is part of Thimble
  std::string_view emulator_package;  // the Debian package that has it
  std::vector<std::string> emulator_arguments;

  std::string_view tools;                  // prefix of the names of compiler and linker: "arm-none-eabi-"
  std::string_view tools_packages;         // the Debian packages that have them
  std::vector<std::string> cpu_flags;      // for compiler and linker
  std::vector<std::string> library_flags;  // for both too: which C library
  bool avr;           // an 8-bit AVR, which reads constants from flash by instructions of their own
  bool dsp;           // the CPU has the DSP instructions of Armv7E-M and Armv8-M
  bool mve;           // the CPU has the vector instructions of Armv8.1-M
  bool fpu;           // the CPU has a floating-point unit
  bool lanes;         // a 32-bit CPU without DSP instructions
  bool multiply_add;  // ... that multiplies and adds in one instruction

  std::string_view uart;  // the driver in device/
  std::uint32_t uart_base;

  std::uint32_t flash_origin, flash_bytes;
  std::uint32_t ram_origin, ram_bytes;
  std::uint32_t stack_bytes;  // at most this much of the RAM behind the static data is stack
};

/// All boards; of each family the smallest first.
std::span<const Board> boards();

/// The board of that name. Throws InputError listing the known names.
const Board& find_board(std::string_view name);

}  // namespace thimble
