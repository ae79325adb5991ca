// The processes that train one model together: MPI's ranks. Built without MPI, there is always just one
// (ranks_mpi.cpp, ranks_alone.cpp).
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thimble {

/// What ranks of one machine do to each other through its memory takes well below a microsecond; MPI's calls take some,
/// as long as a part of a small model's step.
class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;

  // These are called by all ranks, in the same order; each waits for the others.

  /// Each number becomes its sum over all ranks, the same bits in all of them.
  virtual void sum(std::span<float> values) = 0;
  virtual void sum(std::span<double> values) = 0;
  /// Every rank gives the part [first, first + count) of `values`, parts in the order of ranks, and gets all others.
  virtual void gather(std::span<float> values, std::size_t first, std::size_t count) = 0;

  // Ranks that are all on one machine may share memory.

  virtual bool share_memory() const = 0;
  /// Zeroed floats of each rank, which all see, from the beginning of a cache line.
  virtual std::vector<float*> make_rooms(std::size_t floats) = 0;
  /// What this rank has written before, all see when they have awaited it.
  virtual void arrive() = 0;
  /// Returns when all ranks have arrived as often as this one.
  virtual void await() = 0;
  void wait() {
    arrive();
    await();
  }

  // And these are called by one rank.

  virtual void send(int to, std::string_view text) = 0;
  /// The next text that has come, and from which rank; none if there is none yet.
  virtual std::optional<std::pair<int, std::string>> receive() = 0;
  /// It cannot go on, and its end will be that of all.
  virtual void give_up() = 0;
};

/// The ranks that mpirun started together with this process; null when it started none. The first call sets MPI up.
/// Throws InputError when several were started, but the program is built without MPI.
Ranks* started_ranks();

}  // namespace thimble
