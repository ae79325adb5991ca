// A sweep as one watches it: a table that redraws itself on a terminal, a line for each trial in a pipe.
#pragma once

#include <chrono>

#include "sweep/schedule.h"

namespace thimble {

class SweepTable {
 public:
  /// `planned`: how many trials there will be. Quiet unless `shown`.
  SweepTable(const Sweep& sweep, std::size_t planned, bool shown, bool terminal);

  void begin(const Trials& known);
  void update(const Trials& all, const Trial& changed);
  /// All trials that are over, the best first, then those over the limits and the failed ones.
  void finish(const Trials& all);

 private:
  std::string header() const;
  std::string row(const Trial& trial) const;
  std::string configuration(const Trial& trial) const;
  void draw(const Trials& all, std::size_t most);
  void erase();

  const Sweep& sweep_;
  std::size_t planned_;
  bool shown_, terminal_;
  std::vector<std::size_t> widths_;  // of the columns of parameters
  std::size_t lines_ = 0;            // drawn, to be drawn over
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace thimble
