// An estimate of the time that a model takes on chips that can be bought, from the instructions that an emulated board
// with the same core executed. AVR's cycles are counted, not estimated: its instructions always take the same time.
//
// cycles = the sum over the classes of instructions of (how many were executed) * (cycles of one), as Arm's manuals
// give them for memory without wait states. docs/measuring.md says how far that is from published measurements.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "board/emulator.h"

namespace thimble {

/// A chip: a core at a frequency, and its memory.
struct Chip {
  std::string_view name;   // "stm32l4r5"
  std::string_view title;  // "STM32L4R5, Cortex-M4 at 120 MHz"
  std::string_view board;  // the board with the same core
  double megahertz;
  double load = 0, load_next = 0, store = 0;  // cycles of an instruction of the class (plugin/thumb.h)
  double multiple = 0, each = 0;              // of one for several registers: multiple + each * registers
  double multiply = 0, multiply_long = 0, divide = 0;
  double branch = 0, taken = 0;  // taken comes on top
  double floating = 0;
  double other = 0;
  double scale = 1;  // of the sum; 1, but for a core whose timings are not published
};

struct ChipTime {
  const Chip* chip;
  double cycles;  // of one invocation
  double microseconds;
};

/// All chips whose core `board` has.
std::vector<const Chip*> chips_of(const Board& board);

/// Of `run`, on every chip that has the board's core; none where instructions were not counted by class.
std::vector<ChipTime> estimate_times(const Board& board, const BoardRun& run);

}  // namespace thimble
