#include "train/ranks/rank_share.h"

#include <algorithm>

#include "base/error.h"

namespace thimble {
namespace {

constexpr std::size_t kMessage = 3;  // floats

}  // namespace

RankShare::RankShare(Ranks* ranks, const TrainPlan& plan)
    : ranks_(ranks), sharding_(plan.sharding), count_(plan.trainable), end_shard_(plan.sharding.shards) {
  if (ranks == nullptr) return;
  require(end_shard_ >= ranks->size(), "a batch of {} samples is too small for {} ranks", sharding_.batch,
          ranks->size());
  first_shard_ = sharding_.shards * ranks->rank() / ranks->size();
  end_shard_ = sharding_.shards * (ranks->rank() + 1) / ranks->size();
  sums_ = AlignedFloats(count_ + kMessage);
}

void RankShare::gather(const TrainExecutor& executor, const TrainStep& step, int samples) {
  const auto place = [&](int shard) { return static_cast<std::size_t>(std::min(sharding_.first(shard), samples)); };
  const std::size_t first = place(first_shard_), end = place(end_shard_);
  for (const TrainExecutor::Shared& shared : executor.shared_values(step)) {
    ranks_->gather({shared.values, static_cast<std::size_t>(samples) * shared.size}, first * shared.size,
                   (end - first) * shared.size);
  }
}

void RankShare::merge(ThreadTeam& team, std::span<const float* const> gradients) {
  constexpr std::size_t kPiece = 4096;
  for (std::size_t first; (first = static_cast<std::size_t>(team.next_ticket()) * kPiece) < count_;) {
    const std::size_t count = std::min(kPiece, count_ - first);
    float* sum = sums_.data() + first;
    std::fill_n(sum, count, 0.0f);
    for (const float* addend : gradients) {
      for (std::size_t i = 0; i < count; ++i) sum[i] += addend[first + i];
    }
  }
}

RankShare::Message RankShare::exchange(const Message& own) {
  float* const message = sums_.data() + count_;
  message[0] = static_cast<float>(own.loss);
  message[1] = static_cast<float>(own.correct);
  message[2] = own.pause ? 1.0f : 0.0f;
  ranks_->sum(std::span(sums_.data(), count_ + kMessage));
  return {double{message[0]}, double{message[1]}, message[2] > 0.0f};
}

void RankShare::add_up(LossSums& totals, bool exchanged) const {
  std::vector<double> values = totals.metrics;
  if (!exchanged) values.insert(values.end(), {totals.loss, totals.correct});
  ranks_->sum(std::span(values));
  std::copy_n(values.begin(), totals.metrics.size(), totals.metrics.begin());
  if (exchanged) return;
  totals.correct = values.back();
  totals.loss = values[values.size() - 2];
}

bool RankShare::any(bool condition) const {
  if (ranks_ == nullptr) return condition;
  double count[] = {condition ? 1.0 : 0.0};
  ranks_->sum(std::span<double>(count));
  return count[0] > 0.0;
}

}  // namespace thimble
