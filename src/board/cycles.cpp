#include "board/cycles.h"

#include <numeric>

namespace thimble {
namespace {

/// Arm's Cortex-M4 Technical Reference Manual (100166), table 3-1: a load takes two cycles, one behind another load or
/// store; stores go through a buffer; a branch that is taken refills the pipeline in 1 to 3 cycles, a division takes 2
/// to 12.
constexpr Chip cortex_m4(std::string_view name, std::string_view title, std::string_view board, double megahertz,
                         double scale) {
  return {.name = name,
          .title = title,
          .board = board,
          .megahertz = megahertz,
          .load = 2,
          .load_next = 1,
          .store = 1,
          .multiple = 1,
          .each = 1,
          .multiply = 1,
          .multiply_long = 1,
          .divide = 7,
          .branch = 1,
          .taken = 2,
          .floating = 1,
          .other = 1,
          .scale = scale};
}

constexpr Chip kChips[] = {
    cortex_m4("stm32l4r5", "STM32L4R5, Cortex-M4 at 120 MHz", "m4", 120, 1),
    cortex_m4("nrf52840", "nRF52840, Cortex-M4 at 64 MHz", "m4", 64, 1),
    // Arm publishes no timings of the Cortex-M7, which issues two instructions at once where it can. Published results
    // of one engine on both cores are between 0.58 and 0.62 of the Cortex-M4's cycles.
    cortex_m4("stm32h7a3", "STM32H7A3, Cortex-M7 at 280 MHz", "m7", 280, 0.61),
    // Cortex-M0+ Technical Reference Manual (DDI 0484), table 3-1; the RP2040 multiplies in one cycle.
    {.name = "rp2040",
     .title = "RP2040, Cortex-M0+ at 125 MHz",
     .board = "m0",
     .megahertz = 125,
     .load = 2,
     .load_next = 2,
     .store = 2,
     .multiple = 1,
     .each = 1,
     .multiply = 1,
     .multiply_long = 1,
     .divide = 1,
     .branch = 1,
     .taken = 1,
     .floating = 1,
     .other = 1,
     .scale = 1},
};

double count_of(const InstructionClasses& classes, const std::string& name) {
  const auto found = classes.find(name);
  return found == classes.end() ? 0 : static_cast<double>(found->second);
}

double core_cycles(const Chip& chip, const InstructionClasses& classes) {
  const auto n = [&](const char* name) { return count_of(classes, name); };
  return chip.other * n("other") + chip.load * n("load") + chip.load_next * n("load_next") + chip.store * n("store") +
         chip.multiple * (n("load_multiple") + n("store_multiple")) + chip.each * (n("loaded") + n("stored")) +
         chip.multiply * n("multiply") + chip.multiply_long * n("multiply_long") + chip.divide * n("divide") +
         chip.branch * n("branch") + chip.taken * n("taken") + chip.floating * n("float");
}

constexpr double kAvrMegahertz = 16;
constexpr Chip kAvrChip = {.name = "avr", .title = "AVR at 16 MHz", .board = "avr", .megahertz = kAvrMegahertz};

}  // namespace

std::vector<const Chip*> chips_of(const Board& board) {
  std::vector<const Chip*> chips;
  for (const Chip& chip : kChips) {
    if (chip.board == board.name) chips.push_back(&chip);
  }
  return chips;
}

std::vector<ChipTime> estimate_times(const Board& board, const BoardRun& run) {
  std::vector<ChipTime> times;
  if (!run.cycles.empty()) {
    const double cycles =
        std::accumulate(run.cycles.begin(), run.cycles.end(), 0.0) / static_cast<double>(run.cycles.size());
    times.push_back({&kAvrChip, cycles, cycles / kAvrMegahertz});
  }
  if (run.classes.empty() || run.instructions.empty()) return times;
  for (const Chip* chip : chips_of(board)) {
    const double cycles = chip->scale * core_cycles(*chip, run.classes) / static_cast<double>(run.instructions.size());
    times.push_back({chip, cycles, cycles / chip->megahertz});
  }
  return times;
}

}  // namespace thimble
