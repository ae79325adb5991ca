#include "run/host_time.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "ops/graph_builder.h"

namespace thimble {
namespace {

std::shared_ptr<const Executable> doubling(int elements) {
  GraphBuilder builder;
  const TensorId x = builder.input({elements});
  return prepare(builder.finish({builder.node("ADD", {x, x}, {{"activation", std::string("NONE")}})}));
}

TEST(HostTime, GrowsWithTheWork) {
  constexpr int kElements = 1'000'000;
  const Bytes inputs(2 * kElements * sizeof(float));
  const HostTime large = time_on_host(doubling(kElements), {inputs}, 2, 0.05);
  const HostTime small = time_on_host(doubling(16), {inputs}, 2, 0.05);
  EXPECT_GT(small.best_us, 0.0);
  EXPECT_LE(small.best_us, small.median_us);
  EXPECT_GT(large.best_us, 100 * small.best_us);
  EXPECT_GT(small.invocations, large.invocations);
}

TEST(HostTime, TakesAsLongAsItIsTold) {
  const Bytes inputs(4 * sizeof(float));
  const HostTime time = time_on_host(doubling(4), {inputs}, 1, 0.1);
  const double seconds = time.median_us * 1e-6 * static_cast<double>(time.invocations);
  EXPECT_GT(seconds, 0.02);
  EXPECT_LT(seconds, 0.5);
}

TEST(HostTime, NeedsInputs) { EXPECT_THROW(time_on_host(doubling(4), {}, 1, 0.01), InternalError); }

}  // namespace
}  // namespace thimble
