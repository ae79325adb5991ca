#include "board/elf.h"

#include "base/error.h"
#include "board/firmware.h"
#include "board/toy_package.h"

namespace thimble {
namespace {

class ElfTest : public OnBoard {
 protected:
  Bytes linked() {
    const Firmware firmware = build_firmware(board(), toy_package({.weights = 100}), {}, folder());
    return real_file_system().read(firmware.elf);
  }
};

TEST_P(ElfTest, SectionsAndFunctionsAreThoseOfTheLinker) {
  const ElfFile elf = read_elf(linked(), "a.elf");
  EXPECT_EQ(elf.section_bytes(".weights") + elf.section_bytes(".weights_data"), 100U);
  EXPECT_EQ(elf.section_bytes(".no_such"), 0U);
  EXPECT_EQ(elf.section_bytes(".debug_info"), 0U) << "is not in the board's memory";
  std::uint32_t end = 0;
  for (const ElfFunction& function : elf.functions) {
    EXPECT_GE(function.address, end) << function.name << " overlaps the one before";
    EXPECT_GT(function.size, 0U) << function.name;
    EXPECT_EQ(elf.function_at(function.address), function.name);
    EXPECT_EQ(elf.function_at(function.address + function.size - 1), function.name);
    end = function.address + function.size;
  }
  EXPECT_EQ(elf.symbol("stack_top"), board().ram_origin + board().ram_bytes);
  EXPECT_THROW(elf.symbol("no_such"), InternalError);
}

TEST_P(ElfTest, ADamagedFileIsRejectedOrRead) {
  const Bytes good = linked();
  const std::size_t step = good.size() / 300 + 1;
  for (std::size_t size = 0; size < good.size(); size += step) {
    EXPECT_THROW(read_elf(ByteSpan(good).first(size), "cut.elf"), InputError) << size;
  }
  for (std::size_t at = 0; at < good.size(); at += at < 64 ? 1 : step) {
    Bytes bad = good;
    bad[at] = static_cast<std::uint8_t>(bad[at] ^ 0xFF);
    try {
      read_elf(bad, "bad.elf");
    } catch (const InputError& error) {
      EXPECT_TRUE(std::string(error.what()).starts_with("bad.elf: ")) << error.what();
    }
  }
}

TEST(Elf, AnotherFileIsRejected) {
  EXPECT_THROW(read_elf(as_bytes("not an ELF file, and quite a bit longer than the header of one"), "a.txt"),
               InputError);
  EXPECT_THROW(read_elf({}, "empty"), InputError);
}

INSTANTIATE_TEST_SUITE_P(Boards, ElfTest, testing::Values("m0", "rv32", "avr"),
                         [](const testing::TestParamInfo<std::string>& info) { return info.param; });

}  // namespace
}  // namespace thimble
