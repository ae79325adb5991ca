#include "run/host_time.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "base/error.h"

namespace thimble {
namespace {

constexpr double kRounds = 1000.0;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// Invokes an executor with one after the other of stacked inputs.
class Turns {
 public:
  Turns(const std::shared_ptr<const Executable>& executable, const std::vector<ByteSpan>& inputs, std::size_t count)
      : executor_(executable), inputs_(inputs), count_(count) {
    for (std::size_t i = 0; i < inputs.size(); ++i) memory_.push_back(executor_.input(static_cast<int>(i)));
  }

  void invoke() {
    for (std::size_t i = 0; i < memory_.size(); ++i) {
      std::memcpy(memory_[i].data(), inputs_[i].data() + next_ * memory_[i].size(), memory_[i].size());
    }
    executor_.invoke();
    next_ = next_ + 1 == count_ ? 0 : next_ + 1;
  }

  /// The seconds that `invocations` take.
  double time(std::size_t invocations) {
    const auto start = Clock::now();
    for (std::size_t i = 0; i < invocations; ++i) invoke();
    return seconds_since(start);
  }

 private:
  Executor executor_;
  const std::vector<ByteSpan>& inputs_;
  std::size_t count_;
  std::size_t next_ = 0;
  std::vector<std::span<std::uint8_t>> memory_;
};

}  // namespace

HostTime time_on_host(const std::shared_ptr<const Executable>& executable, const std::vector<ByteSpan>& inputs,
                      std::size_t count, double seconds) {
  ensure(count > 0 && inputs.size() == executable->graph.inputs.size(), "nothing to invoke a model with");
  Turns turns(executable, inputs, count);
  const auto start = Clock::now();
  std::size_t round = 1;
  while (turns.time(round) < seconds / kRounds) round *= 2;
  std::vector<double> means;
  do means.push_back(turns.time(round) / static_cast<double>(round));
  while (seconds_since(start) < seconds);
  std::ranges::sort(means);
  return {means[means.size() / 2] * 1e6, means.front() * 1e6, means.size() * round};
}

}  // namespace thimble
