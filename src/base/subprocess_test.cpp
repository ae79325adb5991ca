#include "base/subprocess.h"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

#include "base/error.h"
#include "base/file_system.h"

namespace thimble {
namespace {

using namespace std::chrono_literals;

TEST(Subprocess, BothOutputsAndTheExitCodeComeBack) {
  const ProcessResult result = run_process({"sh", "-c", "echo out; echo err >&2; exit 7"});
  EXPECT_EQ(result.exit_code, 7);
  EXPECT_EQ(result.signal, 0);
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err, "err\n");
}

TEST(Subprocess, ArgumentsAreNotReadByAShell) {
  EXPECT_EQ(run_process({"printf", "%s", "$HOME; `ls` 'x y'"}).out, "$HOME; `ls` 'x y'");
}

TEST(Subprocess, RunsInTheFolder) {
  TemporaryFolder folder;
  real_file_system().write(folder.path() / "a.txt", std::string_view("here"));
  ProcessOptions options;
  options.folder = folder.path();
  EXPECT_EQ(run_process({"cat", "a.txt"}, options).out, "here");
}

TEST(Subprocess, VariablesCanBeHidden) {
  ::setenv("THIMBLE_TEST_A", "1", 1);
  ::setenv("THIMBLE_OTHER", "2", 1);
  ProcessOptions options;
  options.hidden_variables = {"THIMBLE_TEST_"};
  EXPECT_EQ(run_process({"sh", "-c", "echo $THIMBLE_TEST_A-$THIMBLE_OTHER"}, options).out, "-2\n");
}

TEST(Subprocess, MuchOutputOnBothPipesDoesNotBlock) {
  const char* script = "i=0; while [ $i -lt 20000 ]; do echo 0123456789; echo 0123456789 >&2; i=$((i+1)); done";
  const ProcessResult result = run_process({"sh", "-c", script});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out.size(), 220000U);
  EXPECT_EQ(result.err.size(), 220000U);
}

TEST(Subprocess, AHangIsKilledAfterItsTime) {
  ProcessOptions options;
  options.timeout = 100ms;
  const auto begin = std::chrono::steady_clock::now();
  const ProcessResult result = run_process({"sleep", "30"}, options);
  EXPECT_TRUE(result.timed_out);
  EXPECT_EQ(result.signal, SIGKILL);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
}

TEST(Subprocess, EndlessOutputIsEnded) {
  ProcessOptions options;
  options.max_output = 1 << 20;
  EXPECT_TRUE(run_process({"yes"}, options).too_much);
}

TEST(Subprocess, AMissingProgramIsNamed) {
  try {
    run_process({"no-such-program-here"});
    FAIL() << "nothing was thrown";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "no-such-program-here: is not installed, or not in PATH");
  }
  EXPECT_FALSE(find_program("no-such-program-here").has_value());
  EXPECT_TRUE(find_program("sh").has_value());
}

TEST(Subprocess, AMissingFolderIsNamed) {
  ProcessOptions options;
  options.folder = "/no/such/folder";
  EXPECT_THROW(run_process({"true"}, options), InputError);
}

}  // namespace
}  // namespace thimble
