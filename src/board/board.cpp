#include "board/board.h"

#include "base/error.h"

namespace thimble {
namespace {

constexpr std::uint32_t kKilobyte = 1024, kMegabyte = 1024 * 1024;

Board cortex_m(std::string_view name, std::string_view title, const char* machine, std::vector<std::string> cpu_flags) {
  Board board{};
  board.name = name;
  board.title = title;
  board.family = "arm";
  board.emulator = "qemu-system-arm";
  board.emulator_package = "qemu-system-arm";
  board.emulator_arguments = {"-machine", machine};
  board.tools = "arm-none-eabi-";
  board.tools_packages = "gcc-arm-none-eabi libnewlib-arm-none-eabi";
  board.cpu_flags = std::move(cpu_flags);
  board.cpu_flags.insert(board.cpu_flags.begin(), "-mthumb");
  board.library_flags = {"-nostartfiles", "--specs=nano.specs"};
  return board;
}

/// The BBC micro:bit: all of its 16 kB of RAM behind the static data may be stack.
Board microbit() {
  Board board = cortex_m("m0", "Arm Cortex-M0 (QEMU microbit)", "microbit", {"-mcpu=cortex-m0"});
  board.uart = "uart_nrf51.c";
  board.uart_base = 0x40002000;
  board.flash_origin = 0;
  board.flash_bytes = 256 * kKilobyte;
  board.ram_origin = 0x20000000;
  board.ram_bytes = board.stack_bytes = 16 * kKilobyte;
  return board;
}

/// Arm's MPS2 FPGA board: the vector table lies in SRAM at 0, which stands for flash.
Board mps2(std::string_view name, std::string_view title, const char* machine, std::vector<std::string> cpu_flags) {
  Board board = cortex_m(name, title, machine, std::move(cpu_flags));
  board.uart = "uart_cmsdk.c";
  board.uart_base = 0x40004000;
  board.flash_origin = 0;
  board.flash_bytes = 4 * kMegabyte;
  board.ram_origin = 0x20000000;
  board.ram_bytes = 4 * kMegabyte;
  board.stack_bytes = 64 * kKilobyte;
  return board;
}

Board with_dsp_and_fpu(Board board) {
  board.dsp = board.fpu = true;
  return board;
}

Board with_mve(Board board) {
  board.mve = true;
  return with_dsp_and_fpu(std::move(board));
}

Board with_lanes(Board board, bool multiply_add = false) {
  board.lanes = true;
  board.multiply_add = multiply_add;
  return board;
}

/// Arm's MPS3 FPGA board with SSE-300: starts in the secure state, so all addresses are the secure ones. Code lies in
/// the instruction memory next to the core, data in the data memory next to it.
Board mps3_an547() {
  Board board = cortex_m("m55", "Arm Cortex-M55 with Helium (QEMU mps3-an547)", "mps3-an547",
                         {"-mcpu=cortex-m55", "-mfloat-abi=hard"});
  board.uart = "uart_cmsdk.c";
  board.uart_base = 0x59303000;
  board.flash_origin = 0x10000000;
  board.flash_bytes = 512 * kKilobyte;
  board.ram_origin = 0x30000000;
  board.ram_bytes = 512 * kKilobyte;
  board.stack_bytes = 64 * kKilobyte;
  return board;
}

/// QEMU's generic RISC-V machine, with 68 MB of RAM at 0x80000000: the code lies at its start, which stands for flash,
/// the data in the last 4 MB, with nothing behind.
Board riscv_virt() {
  Board board{};
  board.name = "rv32";
  board.title = "RISC-V RV32IMC (QEMU virt)";
  board.family = "riscv";
  board.emulator = "qemu-system-riscv32";
  board.emulator_package = "qemu-system-misc";
  board.emulator_arguments = {"-machine", "virt", "-m", "68M", "-bios", "none"};
  board.tools = "riscv64-unknown-elf-";
  board.tools_packages = "gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf";
  board.cpu_flags = {"-march=rv32imc", "-mabi=ilp32"};
  board.library_flags = {"-nostartfiles", "--specs=picolibc.specs"};
  board.uart = "uart_16550.c";
  board.uart_base = 0x10000000;
  board.flash_origin = 0x80000000;
  board.flash_bytes = 4 * kMegabyte;
  board.ram_origin = 0x84000000;
  board.ram_bytes = 4 * kMegabyte;
  board.stack_bytes = 64 * kKilobyte;
  return board;
}

/// An 8-bit AVR, `mcu` as avr-gcc and simavr name it. All RAM behind the static data may be stack.
Board avr(std::string_view name, std::string_view title, const std::string& mcu, std::uint32_t flash_bytes,
          std::uint32_t ram_origin, std::uint32_t ram_bytes) {
  Board board{};
  board.name = name;
  board.title = title;
  board.family = "avr";
  board.emulator_package = "libsimavr-dev";
  board.emulator_arguments = {mcu};
  board.tools = "avr-";
  board.tools_packages = "gcc-avr avr-libc";
  board.cpu_flags = {"-mmcu=" + mcu};
  board.library_flags = {"-nostartfiles"};
  board.avr = true;
  board.uart = "uart_avr.c";
  board.flash_bytes = flash_bytes;
  board.ram_origin = 0x800000 + ram_origin;
  board.ram_bytes = board.stack_bytes = ram_bytes;
  return board;
}

}  // namespace

std::span<const Board> boards() {
  static const std::vector<Board> all = {
      with_lanes(microbit()),
      with_lanes(mps2("m3", "Arm Cortex-M3 (QEMU mps2-an385)", "mps2-an385", {"-mcpu=cortex-m3"}), true),
      with_dsp_and_fpu(mps2("m4", "Arm Cortex-M4 (QEMU mps2-an386)", "mps2-an386",
                            {"-mcpu=cortex-m4", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"})),
      with_dsp_and_fpu(mps2("m7", "Arm Cortex-M7 (QEMU mps2-an500)", "mps2-an500",
                            {"-mcpu=cortex-m7", "-mfpu=fpv5-d16", "-mfloat-abi=hard"})),
      with_mve(mps3_an547()),
      with_lanes(riscv_virt()),
      avr("atmega328p", "Microchip ATmega328P (simavr)", "atmega328p", 32 * kKilobyte, 0x100, 2 * kKilobyte),
      avr("avr", "Microchip ATmega2560 (simavr)", "atmega2560", 256 * kKilobyte, 0x200, 8 * kKilobyte),
  };
  return all;
}

const Board& find_board(std::string_view name) {
  std::string known;
  for (const Board& board : boards()) {
    if (board.name == name) return board;
    known += (known.empty() ? "" : ", ") + std::string(board.name);
  }
  input_error("board '{}' is not known; choose one of {}", name, known);
}

}  // namespace thimble
