// The processes that train one model together: MPI's ranks. Built without MPI, there is always just one
// (ranks_mpi.cpp, ranks_alone.cpp).
#pragma once

#include <cstddef>
#include <span>

namespace thimble {

/// All calls but give_up() are made by all ranks, in the same order; each waits for the others.
class Ranks {
 public:
  virtual ~Ranks() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  /// Each number becomes its sum over all ranks, the same bits in all of them.
  virtual void sum(std::span<float> values) = 0;
  virtual void sum(std::span<double> values) = 0;
  /// Every rank gives the part [first, first + count) of `values`, parts in the order of ranks, and gets all others.
  virtual void gather(std::span<float> values, std::size_t first, std::size_t count) = 0;
  /// This rank alone: it cannot go on, and its end will be that of all.
  virtual void give_up() = 0;
};

/// The ranks that mpirun started together with this process; null when it started none. The first call sets MPI up.
/// Throws InputError when several were started, but the program is built without MPI.
Ranks* started_ranks();

}  // namespace thimble
