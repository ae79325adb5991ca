#include "sweep/space.h"

#include <gtest/gtest.h>

#include <set>

#include "base/error.h"
#include "wire/toml.h"

namespace thimble {
namespace {

std::vector<SweepParameter> space_of(const char* toml) { return parse_space(json_from_toml(toml)); }

std::string error_of(const char* toml, bool in_grid = false) {
  try {
    const auto space = space_of(toml);
    if (in_grid) grid(space);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(SweepSpace, AGridHasAllCombinations) {
  const auto configurations = grid(space_of("\"a.b\" = [1, 2.5]\nc = [\"x\", true, [1, 2]]\n"));
  ASSERT_EQ(configurations.size(), 6u);
  EXPECT_EQ(configurations[0][0].key, "a.b");
  EXPECT_EQ(configurations[0][0].value, "1");
  EXPECT_EQ(configurations[0][1].value, "\"x\"");
  EXPECT_EQ(configurations[2][1].value, "[1,2]");
  EXPECT_EQ(configurations[5][0].value, "2.5");
}

TEST(SweepSpace, KeysNeedNoQuotationMarks) {
  const auto space = space_of("layers.1.filters = {min = 2, max = 8, step = 3}\n");
  ASSERT_EQ(space.size(), 1u);
  EXPECT_EQ(space[0].key, "layers.1.filters");
  EXPECT_EQ(space[0].values, (std::vector<nlohmann::json>{2, 5, 8}));
}

TEST(SweepSpace, RandomValuesAreInTheirRangeAndNew) {
  const auto space = space_of("a = {min = 1e-4, max = 1e-2, scale = \"log\"}\nb = {min = 3, max = 5}\nc = [7, 8]\n");
  const auto configurations = random_configurations(space, 200, 4);
  ASSERT_EQ(configurations.size(), 200u);
  std::set<std::string> whole;
  int small = 0;
  for (const Configuration& configuration : configurations) {
    const double a = std::stod(configuration[0].value);
    EXPECT_GE(a, 1e-4);
    EXPECT_LE(a, 1e-2);
    small += a < 1e-3 ? 1 : 0;
    whole.insert(configuration[1].value);
  }
  EXPECT_EQ(whole, (std::set<std::string>{"3", "4", "5"}));
  EXPECT_NEAR(small, 100, 25);  // half of them are in the lower half of the logarithm's range
  const auto fewer = random_configurations(space, 10, 4);
  for (std::size_t i = 0; i < fewer.size(); ++i) EXPECT_EQ(fewer[i][0].value, configurations[i][0].value);
}

TEST(SweepSpace, RandomEndsWhenThereAreNoNewOnes) {
  EXPECT_EQ(random_configurations(space_of("a = [1, 2]\nb = [1, 2, 3]\n"), 100, 0).size(), 6u);
}

TEST(SweepSpace, NamesWhatIsWrong) {
  EXPECT_EQ(error_of(""), "has no parameters; add some, such as \"layers.1.filters\" = [4, 8]");
  EXPECT_EQ(error_of("a = 3\n"), "a: expected a list of values, or a range {min = ..., max = ...}");
  EXPECT_EQ(error_of("a = {min = 3}\n"), "a: a range needs the number max");
  EXPECT_EQ(error_of("a = {min = 3, max = 1}\n"), "a: min must not be above max");
  EXPECT_EQ(error_of("a = {min = 0, max = 1, scale = \"log\"}\n"), "a: scale = \"log\" needs min above 0");
  EXPECT_EQ(error_of("a = {min = 0, max = 1, stop = 1}\n"),
            "a: unknown argument of a range 'stop'; did you mean 'step'?");
  EXPECT_EQ(error_of("a = {min = 0, max = 1}\n", true), "a: a grid needs a list of values or a step");
}

}  // namespace
}  // namespace thimble
