#include "train/ranks/rank_share.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "ops/simd.h"

namespace thimble {
namespace {

/// The gradients' sum, in their order, of whole cache lines.
void add_gradients(std::span<const float* const> gradients, std::size_t first, std::size_t end, float* sum) {
  simd([=](auto isa) THIMBLE_INLINE_LAMBDA {
    using I = decltype(isa);
    for (std::size_t i = first; i < end; i += I::kLanes) {
      typename I::Vector total = I::load(gradients[0] + i);
      for (std::size_t g = 1; g < gradients.size(); ++g) total += I::load(gradients[g] + i);
      I::store(sum + i, total);
    }
  });
}

}  // namespace

RankShare::RankShare(Ranks* ranks, const TrainPlan& plan, bool together)
    : ranks_(ranks), count_(plan.trainable), whole_batch_(plan.whole_batch_trainable) {
  if (ranks == nullptr) return;
  if (together) {
    arena_ = ranks->make_rooms(plan.joint_arena)[0];
    apart_ = plan.of_front(0, 1);
  }
  if (ranks->share_memory()) {
    rooms_ = ranks->make_rooms(count_ + kMessage + plan.all);
    gradients_.assign(rooms_.begin(), rooms_.end());
  } else {
    alone_ = AlignedFloats(count_ + kMessage + plan.all);
    rooms_.assign(static_cast<std::size_t>(ranks->size()), alone_.data());
    gradients_ = {alone_.data()};
  }
}

RankShare::Part RankShare::part_of(int count) const {
  if (ranks_ == nullptr) return {0, count};
  const auto bound = [&](int rank) { return static_cast<int>(std::int64_t{count} * rank / ranks_->size()); };
  const int first = bound(ranks_->rank());
  return {first, bound(ranks_->rank() + 1) - first};
}

void RankShare::merge(ThreadTeam& team, const float* whole_batch, std::span<const float* const> gradients) {
  constexpr std::size_t kPiece = 2048;
  float* const room = own_room();
  const auto merge = [&](std::size_t first, std::size_t end) {
    const std::size_t middle = std::clamp(whole_batch_, first, end);
    if (gradients.empty()) return std::fill(room + first, room + end, 0.0f);
    if (whole_batch != room) std::copy(whole_batch + first, whole_batch + middle, room + first);
    if (gradients.size() > 1 || gradients[0] != room) add_gradients(gradients, middle, end, room);
  };
  for (std::size_t first; (first = static_cast<std::size_t>(team.next_ticket()) * kPiece) < count_;) {
    const std::size_t end = std::min(first + kPiece, count_), behind = apart_.first + apart_.count;
    if (first < apart_.first || apart_.count == 0) merge(first, apart_.count == 0 ? end : std::min(end, apart_.first));
    if (end > behind && apart_.count > 0) merge(std::max(first, behind), end);
  }
}

void RankShare::say(const Message& own) {
  float* const message = own_room() + count_;
  message[0] = static_cast<float>(own.loss);
  message[1] = static_cast<float>(own.correct);
  message[2] = own.pause ? 1.0f : 0.0f;
  if (ranks_->share_memory()) ranks_->arrive();
}

RankShare::Message RankShare::hear() {
  if (ranks_->share_memory()) {
    ranks_->await();
  } else {
    ranks_->sum(std::span(own_room(), count_ + kMessage));
  }
  Message all;
  for (const float* room : gradients_) {
    all.loss += double{room[count_]};
    all.correct += double{room[count_ + 1]};
    all.pause |= room[count_ + 2] > 0.0f;
  }
  return all;
}

void RankShare::gather(std::span<float> values, std::span<const ParameterRange> parts) const {
  if (parts.empty()) return;
  const ParameterRange& own = parts[static_cast<std::size_t>(ranks_->rank())];
  ranks_->gather(values, own.first, own.count);
}

void RankShare::spread(float* parameters, std::span<const ParameterRange> parts) {
  if (!ranks_->share_memory()) return;
  // Nobody changes its parameters or gradients while others may still read them.
  ranks_->wait();
  for (std::size_t r = 0; r < parts.size(); ++r) {
    if (std::cmp_equal(r, ranks_->rank())) continue;
    std::copy_n(rooms_[r] + count_ + kMessage + parts[r].first, parts[r].count, parameters + parts[r].first);
  }
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
