#include "train/thread_team.h"

#include <gtest/gtest.h>

namespace thimble {
namespace {

TEST(ThreadTeam, ABarrierLetsNobodyAhead) {
  for (const int size : {1, 2, 5}) {
    ThreadTeam team(size);
    std::vector<int> steps(static_cast<std::size_t>(size));  // of each thread
    int last_calls = 0;
    for (int round = 0; round < 3; ++round) {
      team.run([&](int thread) {
        for (int step = 0; step < 300; ++step) {
          ++steps[static_cast<std::size_t>(thread)];
          team.barrier([&] {
            for (const int count : steps) EXPECT_EQ(count, steps[0]);
            ++last_calls;
          });
        }
      });
    }
    EXPECT_EQ(last_calls, 900);
    for (const int count : steps) EXPECT_EQ(count, 900);
  }
}

TEST(ThreadTeam, EachTicketIsTakenOnce) {
  ThreadTeam team(4);
  std::vector<std::atomic<int>> taken(1000);
  for (int round = 1; round <= 3; ++round) {
    team.run([&](int) {
      for (int ticket; (ticket = team.next_ticket()) < 1000;) ++taken[static_cast<std::size_t>(ticket)];
    });
    for (const auto& count : taken) EXPECT_EQ(count, round);
  }
}

}  // namespace
}  // namespace thimble
