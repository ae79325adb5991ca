#include "base/error.h"

#include <gtest/gtest.h>

namespace thimble {
namespace {

TEST(Error, ContextIsPutBeforeTheMessage) {
  try {
    with_context("a.tflite",
                 [] { with_context("tensor 3", [] { input_error("scale is {}; give one above 0", -1); }); });
    FAIL() << "nothing was thrown";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "a.tflite: tensor 3: scale is -1; give one above 0");
  }
}

TEST(Error, ContextPassesAResultThrough) {
  EXPECT_EQ(with_context("x", [] { return 7; }), 7);
}

TEST(Error, OurOwnFaultGetsNoContext) {
  EXPECT_THROW(with_context("a.tflite", [] { ensure(false, "broken"); }), InternalError);
}

}  // namespace
}  // namespace thimble
