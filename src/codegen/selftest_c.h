// The golden outputs in a package's selftest.c.
#pragma once

#include <string>

#include "plan/plan.h"

namespace thimble {

struct SelfTestText {
  std::string arrays;  // an array for each output, with what the host computed
  std::string names;   // of the arrays, separated by commas
};

/// Runs the program on the inputs that templates/selftest.c makes up.
SelfTestText selftest_c(const Graph& graph, const Program& program, const Plan& plan);

}  // namespace thimble
