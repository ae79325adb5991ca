
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "base/error.h"
#include "train/ranks/node_memory.h"
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
    if (size_ > 1 && all_on_one_machine()) {
      barrier_.emplace(MPI_COMM_WORLD);
      few_sums_ = SharedBlocks(MPI_COMM_WORLD, 2 * kFewSums * sizeof(double));
    }
  }
  int rank() const override { return rank_; }
  int size() const override { return size_; }
  void sum(std::span<float> values) override {
    MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD);
  }
  void sum(std::span<double> values) override {
    if (!share_memory() || values.size() > kFewSums) {
      MPI_Allreduce(MPI_IN_PLACE, values.data(), static_cast<int>(values.size()), MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
      return;
    }
    // Two places in turns: a rank that is ahead does not write over what others still read.
    sums_place_ = kFewSums - sums_place_;
    std::ranges::copy(values, few_sums_.of<double>(rank_) + sums_place_);
    wait();
    std::ranges::fill(values, 0.0);
    for (int r = 0; r < size_; ++r) {
      const double* addends = few_sums_.of<double>(r) + sums_place_;
      for (std::size_t i = 0; i < values.size(); ++i) values[i] += addends[i];
    }
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

  bool share_memory() const override { return barrier_.has_value(); }
  std::vector<float*> make_rooms(std::size_t floats) override {
    const SharedBlocks blocks(MPI_COMM_WORLD, floats * sizeof(float));
    std::vector<float*> rooms;
    for (int r = 0; r < size_; ++r) rooms.push_back(blocks.of<float>(r));
    return rooms;
  }
  void arrive() override { barrier_->arrive(); }
  void await() override { barrier_->await(); }

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

  /// THIMBLE_RANKS_APART has ranks behave as on several machines, for tests and measurements.
  bool all_on_one_machine() const {
    int apart = std::getenv("THIMBLE_RANKS_APART") != nullptr ? 1 : 0, size = 0;
    MPI_Comm machine = MPI_COMM_NULL;
    MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &machine);
    MPI_Comm_size(machine, &size);
    MPI_Comm_free(&machine);
    if (size < size_) apart = 1;
    MPI_Allreduce(MPI_IN_PLACE, &apart, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    return apart == 0;
  }

  static constexpr std::size_t kFewSums = 4096;
  static inline bool gave_up_ = false;
  int rank_ = 0;
  int size_ = 1;
  std::optional<NodeBarrier> barrier_;  // where ranks share memory
  SharedBlocks few_sums_;               // two places of kFewSums numbers each
  std::size_t sums_place_ = 0;
};

}  // namespace

Ranks* started_ranks() {
  if (std::getenv("OMPI_COMM_WORLD_SIZE") == nullptr) return nullptr;
  static MpiRanks instance;
  return instance.size() > 1 ? &instance : nullptr;
}

}  // namespace thimble
