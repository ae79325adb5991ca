#include "base/printable.h"

#include <gtest/gtest.h>

namespace thimble {
namespace {

TEST(Printable, FitsOneLine) {
  EXPECT_EQ(printable("conv/bias"), "conv/bias");
  EXPECT_EQ(printable("a\nb\x7f\xc3"), "a?b??");
  EXPECT_EQ(printable("abcd", 3), "abc...");
  EXPECT_EQ(printable("abc", 3), "abc");
}

}  // namespace
}  // namespace thimble
