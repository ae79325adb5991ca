#include "board/stack_bound.h"

#include <gtest/gtest.h>

namespace thimble {
namespace {

TEST(StackBound, ArmFramesAndCalls) {
  const auto functions = read_disassembly(
      "00000100 <model_invoke>:\n"
      "     100:\tb510      \tpush\t{r4, lr}\n"
      "     102:\tf000 f801 \tbl\t108 <thimble_add>\n"
      "     106:\tbd10      \tpop\t{r4, pc}\n"
      "\n"
      "00000108 <thimble_add>:\n"
      "     108:\te92d 4ff0 \tstmdb\tsp!, {r4, r5, r6, r7, r8, r9, sl, fp, lr}\n"
      "     10c:\tb083      \tsub\tsp, #12\n"
      "     10e:\tf005 e801 \tbfcsel\t0, 5014 <weights+0x14>, 2, ne\n"
      "     10e:\td001      \tbeq.n\t110 <thimble_add+0x8>\n"
      "     110:\t4798      \tblx\tr3\n"
      "     112:\tf7ff bffe \tb.w\t200 <memset>\n"
      "00000200 <memset>:\n"
      "     200:\tb5f0      \tpush\t{r4-r7, lr}\n"
      "     202:\ted2d 8b02 \tvpush\t{d8}\n"
      "     204:\tf84d ed04 \tstr.w\tlr, [sp, #-4]!\n"
      "     208:\tf85d fb04 \tldr.w\tpc, [sp], #4\n"
      "00000300 <stream_0_row>:\n"
      "     300:\tb085      \tsub\tsp, #20\n",
      0);
  EXPECT_EQ(functions.at("model_invoke").pushed, 8U);
  EXPECT_EQ(functions.at("thimble_add").pushed, 36U + 12);
  EXPECT_EQ(functions.at("thimble_add").callees, (std::set<std::string>{"memset"}));
  EXPECT_TRUE(functions.at("thimble_add").calls_pointers);
  EXPECT_EQ(functions.at("memset").pushed, 20U + 8 + 4);
  std::map<std::string, std::uint32_t> frames;
  read_stack_usage("model.c:1:1:model_invoke\t8\tstatic\nmodel.c:2:1:thimble_add\t48\tstatic\n", frames);
  EXPECT_EQ(stack_bound(functions, frames, "model_invoke"), 8U + 48 + 32);
  read_stack_usage("model.c:3:1:stream_0_row\t100\tstatic\n", frames);
  EXPECT_EQ(stack_bound(functions, frames, "model_invoke"), 8U + 48 + 100) << "reached through the pointer";
  read_stack_usage("model.c:2:1:thimble_add\t48\tdynamic\n", frames);
  EXPECT_EQ(stack_bound(functions, frames, "model_invoke"), std::nullopt);
}

TEST(StackBound, AFunctionOfLibgccFallsIntoTheNext) {
  const auto functions = read_disassembly(
      "00000100 <model_invoke>:\n"
      "     100:\tf000 f801 \tbl\t110 <__aeabi_dsub>\n"
      "     104:\t4770      \tbx\tlr\n"
      "00000110 <__aeabi_dsub>:\n"
      "     110:\tf083 4300 \teor.w\tr3, r3, #2147483648\t@ 0x80000000\n"
      "     114:\tbf00      \tnop\n"
      "00000118 <__adddf3>:\n"
      "     118:\tb530      \tpush\t{r4, r5, lr}\n"
      "     11a:\tbd30      \tpop\t{r4, r5, pc}\n"
      "     11c:\t00000000 \t.word\t0x00000000\n"
      "00000120 <memset>:\n"
      "     120:\tb5f0      \tpush\t{r4-r7, lr}\n",
      0);
  EXPECT_EQ(functions.at("__adddf3").callees, (std::set<std::string>{}));
  EXPECT_EQ(stack_bound(functions, {{"model_invoke", 8}}, "model_invoke"), 8U + 12);
}

TEST(StackBound, AFunctionOfTheCompilerEnds) {
  const auto functions = read_disassembly(
      "00000100 <thimble_read>:\n"
      "     100:\tf00f e007 \t.word\tle\tlr, 100\n"
      "     104:\tbf00      \tbfcsel\t10, 20, 30, eq\n"
      "00000110 <model_invoke>:\n"
      "     110:\tf000 f801 \tbl\t100 <thimble_read>\n"
      "     114:\t4770      \tbx\tlr\n",
      0);
  EXPECT_EQ(stack_bound(functions, {{"model_invoke", 8}, {"thimble_read", 16}}, "model_invoke"), 8U + 16);
}

TEST(StackBound, ArgumentsThatGoToMemoryAreNotInTheFrameOfTheCompiler) {
  const auto functions = read_disassembly(
      "00000100 <model_invoke>:\n"
      "     100:\tb082      \tsub\tsp, #8\n"
      "     102:\te92d 47f0 \tstmdb\tsp!, {r4, r5, r6, r7, r8, r9, sl, lr}\n"
      "     106:\tb088      \tsub\tsp, #32\n"
      "     108:\t4770      \tbx\tlr\n",
      0);
  EXPECT_EQ(stack_bound(functions, {{"model_invoke", 64}}, "model_invoke"), 72U);
}

TEST(StackBound, CopiesHaveTheFrameOfTheLargest) {
  const auto functions = read_disassembly(
      "00000100 <model_invoke>:\n"
      "     100:\tf000 f801 \tbl\t108 <thimble_add.constprop.0>\n"
      "00000108 <thimble_add.constprop.0>:\n"
      "     108:\tb510      \tpush\t{r4, lr}\n",
      0);
  std::map<std::string, std::uint32_t> frames;
  read_stack_usage("a.c:1:1:model_invoke\t8\tstatic\na.c:2:1:thimble_add.constprop\t48\tstatic\n", frames);
  EXPECT_EQ(stack_bound(functions, frames, "model_invoke"), 56U);
}

TEST(StackBound, RiscV) {
  const auto functions = read_disassembly(
      "80000100 <model_invoke>:\n"
      "80000100:\t1101                \tc.addi\tsp,-32\n"
      "80000102:\t00000097          \tauipc\tra,0x0\n"
      "80000106:\t0fe080e7          \tjalr\t254(ra) # 80000200 <memset>\n"
      "80000200 <memset>:\n"
      "80000200:\t7139                \taddi\tsp,sp,-64\n"
      "80000204:\t6121                \taddi\tsp,sp,64\n",
      0);
  EXPECT_EQ(functions.at("model_invoke").pushed, 32U);
  EXPECT_FALSE(functions.at("model_invoke").calls_pointers);
  EXPECT_EQ(stack_bound(functions, {}, "model_invoke"), 96U);
}

TEST(StackBound, AvrCountsReturnAddresses) {
  const auto functions = read_disassembly(
      "00000100 <model_invoke>:\n"
      " 100:\tcf 93       \tpush\tr28\n"
      " 102:\t00 d0       \trcall\t.+0      \t; 0x104 <model_invoke+0x4>\n"
      " 104:\t0e 94 00 01 \tcall\t0x200\t; 0x200 <__mulsi3>\n"
      "00000200 <__mulsi3>:\n"
      " 200:\t08 95       \tret\n",
      3);
  EXPECT_EQ(functions.at("model_invoke").pushed, 3U + 1 + 3);
  EXPECT_EQ(stack_bound(functions, {}, "model_invoke"), 10U);
}

TEST(StackBound, LabelsInAFunctionOfAvrsLibraryAreNoRecursion) {
  const auto functions = read_disassembly(
      "00000100 <model_invoke>:\n"
      " 100:\t0e 94 00 01 \tcall\t0x200\t; 0x200 <__udivmodsi4>\n"
      "00000200 <__udivmodsi4>:\n"
      " 200:\t08 c0       \trjmp\t.+16     \t; 0x212 <__udivmodsi4_ep>\n"
      "00000202 <__udivmodsi4_loop>:\n"
      " 202:\t38 f0       \tbrcs\t.+14     \t; 0x212 <__udivmodsi4_ep>\n"
      "00000212 <__udivmodsi4_ep>:\n"
      " 212:\tb9 f7       \tbrne\t.-18     \t; 0x202 <__udivmodsi4_loop>\n",
      2);
  EXPECT_EQ(functions.count("__udivmodsi4_ep"), 0U);
  EXPECT_EQ(stack_bound(functions, {}, "model_invoke"), 2U + 3 * 2);
}

TEST(StackBound, RecursionHasNone) {
  const auto functions = read_disassembly(
      "00000100 <model_invoke>:\n"
      "     100:\tf000 f801 \tbl\t108 <other>\n"
      "00000108 <other>:\n"
      "     108:\tf000 f801 \tbl\t100 <model_invoke>\n",
      0);
  EXPECT_EQ(stack_bound(functions, {}, "model_invoke"), std::nullopt);
}

}  // namespace
}  // namespace thimble
