// Runs firmware on an emulated board and gives back what it computed and exact figures of it.
//
// instructions: every instruction that the board executed from the first of model_invoke to its return, in it and in
// all that it calls, counted by our plugin for QEMU (plugin/count.c), one by one. The same firmware and inputs give the
// same count, to the last digit. Nothing of the harness is in it. stack_bytes: how deep model_invoke's stack went, from
// the stack pointer at its call, its own return address included; read from painted stack (device/bench.h), the
// greatest of all invocations.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/file_system.h"
#include "board/firmware.h"

namespace thimble {

struct RunOptions {
  bool count_instructions = true;              // the run takes longer with it
  std::chrono::milliseconds timeout{120'000};  // then the run is ended, with an InternalError
};

struct FunctionCount {
  std::string name;  // as in the ELF file; "(other)" for code without a symbol
  std::uint64_t instructions = 0;
};

/// How many instructions of each kind were executed (plugin/thumb.h names them).
using InstructionClasses = std::map<std::string, std::uint64_t>;

struct BoardRun {
  std::vector<Bytes> outputs;               // one for each model output, the invocations stacked
  std::vector<std::uint64_t> instructions;  // of each invocation; empty when they were not counted
  std::vector<std::uint64_t> cycles;        // likewise, where the emulator knows them: on AVR
  std::vector<FunctionCount> functions;     // sums over all invocations, the greatest first
  std::map<int, std::uint64_t> layers;      // instructions by layer, sums over all invocations, of a marked model
  InstructionClasses classes;               // sums over all invocations; on Arm
  std::uint32_t stack_bytes = 0;            // peak of all invocations
  std::uint32_t stack_room = 0;             // what there was for it
  std::string console;                      // what came over the serial port
};

/// Runs a harness firmware. `inputs` has for each model input the bytes of all invocations, one behind the other. State
/// is cleared before each invocation. Throws InputError when the emulator is not installed, when inputs do not hold
/// `invocations` invocations, and when the stack is exhausted; InternalError when the board faults (naming the
/// function) and when the time is over.
BoardRun run_on_board(const Firmware& firmware, const std::vector<Bytes>& inputs, std::size_t invocations,
                      const RunOptions& options = {});

/// Runs a demo firmware to its end; returns what it printed.
std::string run_demo(const Firmware& firmware, const RunOptions& options = {});

/// One line for a shell that starts `elf` on the emulated board under gdb and stops at model_invoke. The emulator talks
/// to gdb through a pipe, so that no port is needed, and ends with it. Empty for AVR.
std::string gdb_command(const Board& board, const std::filesystem::path& elf);

}  // namespace thimble
