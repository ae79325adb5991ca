#define OMPI_SKIP_MPICXX 1  // the old C++ interface, which would want another library
#include <mpi.h>

#include <cstdlib>
#include <vector>

#include "base/error.h"
#include "train/ranks/ranks.h"

namespace thimble {
namespace {

class MpiRanks final : public Ranks {
 public:
  MpiRanks() {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided);
    require(provided >= MPI_THREAD_SERIALIZED, "this MPI does not let threads take turns; build it with threads");
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
    std::atexit(end);
  }
  int rank() const override { return rank_; }
  int size() const override { return size_; }
  void sum(std::span<float> values) override {
    MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
  }
  void sum(std::span<double> values) override {
    MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  }
  void gather(std::span<float> values, std::size_t first, std::size_t count) override {
    std::vector<int> counts(static_cast<std::size_t>(size_)), firsts(counts.size());
    const int own[] = {static_cast<int>(count), static_cast<int>(first)};
    std::vector<int> all(2 * counts.size());
    MPI_Allgather(own, 2, MPI_INT, all.data(), 2, MPI_INT, MPI_COMM_WORLD);
    for (std::size_t r = 0; r < counts.size(); ++r) {
      counts[r] = all[2 * r];
      firsts[r] = all[2 * r + 1];
    }
    MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, values.data(), counts.data(), firsts.data(), MPI_FLOAT,
                   MPI_COMM_WORLD);
  }

  void send(int to, std::string_view text) override {
    MPI_Send(text.data(), static_cast<int>(text.size()), MPI_CHAR, to, 0, MPI_COMM_WORLD);
  }
  std::optional<std::pair<int, std::string>> receive() override {
    int there = 0, length = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &there, &status);
    if (there == 0) return {};
    MPI_Get_count(&status, MPI_CHAR, &length);
    std::string text(static_cast<std::size_t>(length), '\0');
    MPI_Recv(text.data(), length, MPI_CHAR, status.MPI_SOURCE, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return std::pair(status.MPI_SOURCE, std::move(text));
  }

  void give_up() override { gave_up_ = true; }

 private:
  /// A rank that gave up must not wait for the others, which wait for it.
  static void end() {
    constexpr int kRequestAtFault = 2;
    if (gave_up_) MPI_Abort(MPI_COMM_WORLD, kRequestAtFault);
    MPI_Finalize();
  }

  static inline bool gave_up_ = false;
  int rank_ = 0;
  int size_ = 1;
};

}  // namespace

Ranks* started_ranks() {
  if (std::getenv("OMPI_COMM_WORLD_SIZE") == nullptr) return nullptr;
  static MpiRanks instance;
  return instance.size() > 1 ? &instance : nullptr;
}

}  // namespace thimble
