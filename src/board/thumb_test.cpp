// The classes of instructions, against what Arm's assembler makes.
#include "board/plugin/thumb.h"

#include <gtest/gtest.h>

namespace {

struct Case {
  const char* text;
  unsigned first, second;  // halfwords; second 0: there is none
  thumb_class kind;
  unsigned registers;
};

TEST(Thumb, Classes) {
  const Case cases[] = {{"ldr r0, [r1]", 0x6808, 0, THUMB_LOAD, 0},
                        {"ldr r0, [pc, #4]", 0x4801, 0, THUMB_LOAD, 0},
                        {"ldrsb r0, [r1, r2]", 0x5688, 0, THUMB_LOAD, 0},
                        {"ldr.w r0, [r1, #400]", 0xF8D1, 0x0190, THUMB_LOAD, 0},
                        {"ldrsb.w r0, [r1]", 0xF991, 0x0000, THUMB_LOAD, 0},
                        {"str r0, [r1]", 0x6008, 0, THUMB_STORE, 0},
                        {"strb r0, [r1, r2]", 0x5488, 0, THUMB_STORE, 0},
                        {"str.w r0, [r1, #400]", 0xF8C1, 0x0190, THUMB_STORE, 0},
                        {"push {r4, lr}", 0xB510, 0, THUMB_STORE_MULTIPLE, 2},
                        {"pop {r4, pc}", 0xBD10, 0, THUMB_LOAD_MULTIPLE, 2},
                        {"ldmia r1!, {r2, r3}", 0xC90C, 0, THUMB_LOAD_MULTIPLE, 2},
                        {"stmdb sp!, {r4-r11, lr}", 0xE92D, 0x4FF0, THUMB_STORE_MULTIPLE, 9},
                        {"ldrd r0, r1, [r0]", 0xE9D0, 0x0100, THUMB_LOAD_MULTIPLE, 2},
                        {"muls r0, r1", 0x4348, 0, THUMB_MULTIPLY, 0},
                        {"smlad r0, r1, r2, r3", 0xFB21, 0x3002, THUMB_MULTIPLY, 0},
                        {"smull r0, r1, r2, r3", 0xFB82, 0x0103, THUMB_MULTIPLY_LONG, 0},
                        {"sdiv r0, r1, r2", 0xFB91, 0xF0F2, THUMB_DIVIDE, 0},
                        {"udiv r0, r1, r2", 0xFBB1, 0xF0F2, THUMB_DIVIDE, 0},
                        {"bne", 0xD1FC, 0, THUMB_BRANCH, 0},
                        {"b", 0xE7FE, 0, THUMB_BRANCH, 0},
                        {"bx lr", 0x4770, 0, THUMB_BRANCH, 0},
                        {"cbz r0", 0xB108, 0, THUMB_BRANCH, 0},
                        {"bl", 0xF000, 0xF801, THUMB_BRANCH, 0},
                        {"tbb [pc, r0]", 0xE8DF, 0xF000, THUMB_BRANCH, 0},
                        {"adds r0, r1, r2", 0x1888, 0, THUMB_OTHER, 0},
                        {"movw r0, #1", 0xF240, 0x0001, THUMB_OTHER, 0},
                        {"sxtb16 r0, r1", 0xFA2F, 0xF081, THUMB_OTHER, 0},
                        {"add.w r0, r1, r2, lsl #2", 0xEB01, 0x0082, THUMB_OTHER, 0},
                        {"sub sp, #8", 0xB082, 0, THUMB_OTHER, 0},
                        {"vadd.f32 s0, s0, s1", 0xEE30, 0x0A20, THUMB_FLOAT, 0},
                        {"vldr s0, [r0]", 0xED90, 0x0A00, THUMB_LOAD, 0}};
  for (const Case& c : cases) {
    const uint8_t code[] = {static_cast<uint8_t>(c.first), static_cast<uint8_t>(c.first >> 8),
                            static_cast<uint8_t>(c.second), static_cast<uint8_t>(c.second >> 8)};
    const bool wide = c.first >> 11 >= 0x1D;
    const thumb_kind kind = thumb_kind_of(code, wide ? 4 : 2);
    EXPECT_EQ(kind.kind, c.kind) << c.text;
    EXPECT_EQ(kind.registers, c.registers) << c.text;
  }
}

}  // namespace
