#include "train/ranks/rank_share.h"

#include <algorithm>

#include "base/error.h"

namespace thimble {
namespace {

constexpr std::size_t kMessage = 3;  // floats

}  // namespace

RankShare::RankShare(Ranks* ranks, const TrainPlan& plan)
    : ranks_(ranks), count_(plan.trainable), whole_batch_(plan.whole_batch_trainable) {
  if (ranks != nullptr) sums_ = AlignedFloats(count_ + kMessage);
}

RankShare::Part RankShare::part_of(int count) const {
  if (ranks_ == nullptr) return {0, count};
  const auto bound = [&](int rank) { return static_cast<int>(std::int64_t{count} * rank / ranks_->size()); };
  const int first = bound(ranks_->rank());
  return {first, bound(ranks_->rank() + 1) - first};
}

void RankShare::merge(ThreadTeam& team, std::span<const float* const> gradients) {
  constexpr std::size_t kPiece = 4096;
  for (std::size_t first; (first = static_cast<std::size_t>(team.next_ticket()) * kPiece) < count_;) {
    const std::size_t end = std::min(first + kPiece, count_);
    float* const sum = sums_.data();
    std::fill(sum + first, sum + end, 0.0f);
    for (std::size_t g = 0; g < gradients.size(); ++g) {
      const float* addend = gradients[g];
      for (std::size_t i = g == 0 ? first : std::max(first, whole_batch_); i < end; ++i) sum[i] += addend[i];
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
