#include "board/firmware.h"

#include <cstdlib>
#include <functional>

#include "base/error.h"
#include "board/toy_package.h"

namespace thimble {
namespace {

class FirmwareTest : public OnBoard {
 protected:
  /// RISC-V's linker makes instructions that compute an address shorter where the address allows it, so sizes of code
  /// depend a little on where data lies.
  static std::uint32_t tolerance() { return board().family == "riscv" ? 32 : 0; }
};

Firmware build(const Board& board, const Toy& toy, const std::filesystem::path& folder,
               Optimize optimize = Optimize::kSize) {
  FirmwareOptions options;
  options.optimize = optimize;
  return build_firmware(board, toy_package(toy), options, folder);
}

std::string input_error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no InputError";
}

TEST_P(FirmwareTest, WeightsAreTheirArrayAndUnusedOnesAreLeftOut) {
  EXPECT_EQ(build(board(), {.weights = 16}, folder()).weights_bytes, 16U);
  EXPECT_EQ(build(board(), {.weights = 5001}, folder()).weights_bytes, 5001U);
}

TEST_P(FirmwareTest, RamIsTheArenaAndTheVariables) {
  EXPECT_EQ(build(board(), {.arena = 256}, folder()).ram_bytes, 256U + 4);
  EXPECT_EQ(build(board(), {.arena = 4096}, folder()).ram_bytes, 4096U + 4);
  EXPECT_EQ(build(board(), {.arena = 256, .data = 100}, folder()).ram_bytes, 256U + 4 + 100);
}

TEST_P(FirmwareTest, CodeGrowsByItsConstantsAndInitialValues) {
  const Firmware plain = build(board(), {.table = 8}, folder());
  const Firmware table = build(board(), {.table = 1000}, folder());
  EXPECT_NEAR(table.code_bytes, plain.code_bytes + 992, tolerance());
  EXPECT_NEAR(table.flash_bytes, plain.flash_bytes + 992, tolerance());
  EXPECT_EQ(table.weights_bytes, plain.weights_bytes);
  EXPECT_NEAR(table.board_bytes, plain.board_bytes, tolerance());
  const Firmware data = build(board(), {.data = 8, .table = 8}, folder());
  const Firmware more_data = build(board(), {.data = 1024, .table = 8}, folder());
  EXPECT_NEAR(more_data.code_bytes, data.code_bytes + 1016, tolerance());
}

TEST_P(FirmwareTest, TheBoardsPartIsTheSameForEveryModelAndNeedsNoLibrary) {
  const Firmware small = build(board(), {}, folder());
  const Firmware speed = build(board(), {.loop = 8192, .arena = 1024, .weights = 999}, folder(), Optimize::kSpeed);
  EXPECT_NEAR(small.board_bytes, speed.board_bytes, tolerance());
  EXPECT_EQ(small.board_ram_bytes, speed.board_ram_bytes);
  std::uint32_t own = 0;  // the model's own functions and its two tables of tensors with their names
  for (const ElfFunction& function : small.contents.functions) {
    if (function.name.starts_with("toy_") || function.name.starts_with("model_")) own += function.size;
  }
  const std::uint32_t tables = 4 * 56, names = sizeof "image" + sizeof "bias" + sizeof "sums" + sizeof "scores";
  EXPECT_GE(small.code_bytes, own + tables + names);
  EXPECT_LE(small.code_bytes, own + tables + names + 32) << "more than padding: a library function?";
}

TEST_P(FirmwareTest, WhatTheModelNeedsOfTheLibraryIsItsCode) {
  const Firmware plain = build(board(), {}, folder());
  const Firmware library = build(board(), {.more = "#define TOY_LIBRARY"}, folder());
  std::uint32_t memmove_bytes = 0;
  for (const ElfFunction& function : library.contents.functions) {
    if (function.name == "memmove") memmove_bytes = function.size;
  }
  EXPECT_GT(memmove_bytes, 0U);
  for (const ElfFunction& function : library.contents.functions) {
    EXPECT_EQ(function.name.find("nwind"), std::string::npos) << function.name << ": nothing unwinds on a board";
  }
  EXPECT_GE(library.code_bytes, plain.code_bytes + memmove_bytes);
  EXPECT_NEAR(library.board_bytes, plain.board_bytes, tolerance());
}

TEST_P(FirmwareTest, FlashIsTheSumOfItsParts) {
  const Firmware firmware = build(board(), {.weights = 5001, .data = 10}, folder());
  const std::uint32_t sum = firmware.weights_bytes + firmware.code_bytes + firmware.board_bytes;
  EXPECT_GE(firmware.flash_bytes, sum);
  EXPECT_LE(firmware.flash_bytes, sum + 32);
}

TEST_P(FirmwareTest, ThePackageCompilesWithoutWarnings) { EXPECT_EQ(build(board(), {}, folder()).warnings, ""); }

TEST_P(FirmwareTest, TooLargeForRamIsToldWithNumbers) {
  const int arena = static_cast<int>(board().ram_bytes);
  const std::string message = input_error_of([&] { build(board(), {.arena = arena}, folder()); });
  EXPECT_NE(message.find(fmt::format("does not fit board {}", board().name)), std::string::npos) << message;
  EXPECT_NE(message.find(fmt::format("bytes of RAM (model {}, board ", arena + 4)), std::string::npos) << message;
  EXPECT_NE(message.find(fmt::format("the board has {};", board().ram_bytes)), std::string::npos) << message;
}

TEST_P(FirmwareTest, TooLargeForFlashIsToldWithNumbers) {
  const int weights = static_cast<int>(board().flash_bytes);
  const std::string message = input_error_of([&] { build(board(), {.weights = weights}, folder()); });
  EXPECT_NE(message.find(fmt::format("bytes of flash (weights {}, code ", weights)), std::string::npos) << message;
  EXPECT_NE(message.find(fmt::format("the board has {};", board().flash_bytes)), std::string::npos) << message;
}

TEST_P(FirmwareTest, AFunctionThatTheLibraryLacksIsTold) {
  FileSet package = toy_package({});
  std::string& model = package["model.c"];
  model.insert(model.find("  toy_spin();"), "  invocations += absent_from_libm(1);\n");
  model.insert(0, "int absent_from_libm(int);\n");
  const std::string message = input_error_of([&] { build_firmware(board(), package, {}, folder()); });
  EXPECT_NE(message.find("the model needs absent_from_libm, which the C library for board"), std::string::npos)
      << message;
}

TEST_P(FirmwareTest, CThatDoesNotCompileIsOurFault) {
  FileSet package = toy_package({});
  package["kernels/broken.c"] = "int broken(void) { return missing; }\n";
  try {
    build_firmware(board(), package, {}, folder());
    FAIL() << "nothing was thrown";
  } catch (const InternalError& error) {
    EXPECT_NE(std::string(error.what()).find("kernels/broken.c:1:"), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("missing"), std::string::npos) << error.what();
  }
}

INSTANTIATE_TEST_SUITE_P(Boards, FirmwareTest, testing::Values("m0", "m4", "rv32"),
                         [](const auto& info) { return info.param; });

TEST(Boards, AnUnknownNameListsTheKnownOnes) {
  const std::string message = input_error_of([] { find_board("z80"); });
  EXPECT_NE(message.find("board 'z80' is not known; choose one of m0, m3, m4"), std::string::npos) << message;
}

TEST(Boards, AMissingCompilerNamesItsPackage) {
  TemporaryFolder empty;
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", empty.path().c_str(), 1);
  const std::string message = input_error_of([&] { build_firmware(find_board("m4"), {}, {}, empty.path()); });
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(
      message,
      "arm-none-eabi-gcc: is not installed; install it with: apt install gcc-arm-none-eabi libnewlib-arm-none-eabi");
}

}  // namespace
}  // namespace thimble
