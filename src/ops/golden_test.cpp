// Every operator against its golden cases: integers to the bit, floats within 1e-5 of the largest magnitude.
#include <gtest/gtest.h>

#include "ops/golden_testing.h"

namespace thimble {
namespace {

const std::filesystem::path kOps = THIMBLE_SOURCE_DIR "/src/ops";

void check_case(const GoldenCase& golden) {
  const std::vector<TensorSpec> specs = golden.test.infer();
  ASSERT_EQ(specs.size(), golden.outputs.size());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    EXPECT_EQ(specs[i].type, golden.outputs[i].type);
    EXPECT_EQ(specs[i].shape, golden.outputs[i].shape);
  }
  const LowerOptions options = {.rounding = golden.litert ? Rounding::kLitert : Rounding::kTflm};
  EXPECT_EQ(differences(golden, golden.test.run(options)), "");
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, MatchesTheReference) {
  const std::vector<GoldenCase> cases = golden_cases(kOps, GetParam());
  EXPECT_FALSE(cases.empty());
  for (const GoldenCase& golden : cases) {
    SCOPED_TRACE(golden.name);
    check_case(golden);
  }
}

INSTANTIATE_TEST_SUITE_P(Operators, Golden, testing::ValuesIn(folders_with_goldens(kOps)),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace thimble
