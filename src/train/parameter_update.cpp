#include "train/parameter_update.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "ops/simd.h"
#include "train/schedule.h"

namespace thimble {
namespace {

constexpr std::size_t kPiece = 512;  // floats that a thread takes at a time

double squared_norm(const float* values, std::size_t count) {
  double total = 0.0;
  for (std::size_t first = 0; first < count; first += kPiece) {
    const std::size_t part = std::min(kPiece, count - first);
    simd([&](auto isa) THIMBLE_INLINE_LAMBDA {
      using I = decltype(isa);
      typename I::Vector sum = {};
      for (std::size_t i = first; i < first + part; i += I::kLanes) sum += I::load(values + i) * I::load(values + i);
      total += double{sum_of_lanes<I>(sum)};
    });
  }
  return total;
}

float sign(float x) { return x > 0.0f ? 1.0f : x < 0.0f ? -1.0f : 0.0f; }

double option(const Attributes& config, const char* name) { return config.has(name) ? double{config.real(name)} : 0.0; }

}  // namespace

ParameterUpdate::ParameterUpdate(const Model& model, const TrainPlan& plan)
    : whole_batch_(plan.whole_batch_trainable),
      optimizer_(make_optimizer(model.optimizer, plan.trainable)),
      schedule_(model.optimizer.schedule),
      rate_(double{model.optimizer.config.real("learning_rate")}),
      weight_decay_(option(model.optimizer.config, "weight_decay")) {
  for (const ParameterPlace& place : plan.parameters) {
    if (place.offset >= plan.trainable) continue;
    const std::size_t tensor = tensors_.size();
    tensors_.push_back(place);
    const std::size_t end = place.offset + AlignedFloats::round_up(place.floats);
    for (std::size_t first = place.offset; first < end; first += kPiece) {
      pieces_.push_back({first, std::min(kPiece, end - first), tensor});
    }
    for (const Layer& layer : model.layers) {
      for (const LayerWeight& weight : layer.weights) {
        if (weight.tensor != place.tensor || (weight.l1 == 0.0 && weight.l2 == 0.0)) continue;
        regularized_.push_back({tensor, static_cast<float>(weight.l1), static_cast<float>(weight.l2)});
      }
    }
  }
  const Attributes& config = model.optimizer.config;
  read_clipping(config);
  if (clip_ != Clip::kNone || has_penalty()) merged_ = AlignedFloats(plan.trainable);
  factors_.assign(tensors_.size(), 1.0f);
  if (config.has("use_ema") && config.flag("use_ema")) {
    ema_momentum_ = config.real("ema_momentum");
    require(ema_momentum_ >= 0.0f && ema_momentum_ < 1.0f, "ema_momentum = {}: must be from 0 to below 1",
            ema_momentum_);
    averages_ = AlignedFloats(plan.trainable);
  }
  load(model.optimizer);
  if (schedule_.class_name.empty()) begin_step();
}

void ParameterUpdate::read_clipping(const Attributes& config) {
  struct Limit {
    const char* name;
    Clip clip;
  };
  for (const Limit& limit : {Limit{"clipnorm", Clip::kNorm}, Limit{"global_clipnorm", Clip::kGlobalNorm},
                             Limit{"clipvalue", Clip::kValue}}) {
    if (!config.has(limit.name)) continue;
    require(clip_ == Clip::kNone, "only one of clipnorm, global_clipnorm and clipvalue can be given");
    clip_ = limit.clip;
    clip_limit_ = config.real(limit.name);
    require(clip_limit_ > 0.0f, "{} = {}: must be above 0", limit.name, clip_limit_);
  }
}

void ParameterUpdate::load(const OptimizerState& state) {
  iterations_ = state.iterations;
  const std::size_t own = optimizer_->slots().size();
  for (const ParameterPlace& place : tensors_) {
    const auto found = std::ranges::find(state.tensors, place.tensor);
    if (found == state.tensors.end()) continue;
    const auto index = static_cast<std::size_t>(found - state.tensors.begin());
    for (std::size_t s = 0; s < state.slots.size(); ++s) {
      float* slot = s < own ? optimizer_->slots()[s].data() : averages();
      const std::vector<float>& values = state.slots[s][index];
      ensure(slot != nullptr && values.size() == place.count, "optimizer state of {} numbers for a tensor of {}",
             values.size(), place.count);
      place.put(values, slot);
    }
  }
}

void ParameterUpdate::save(OptimizerState& state) const {
  state.iterations = iterations_;
  state.schedule = schedule_;
  if (schedule_.class_name.empty()) state.config.set("learning_rate", rate_);
  state.tensors.clear();
  state.slots.assign(optimizer_->slots().size() + (averages_.size() > 0 ? 1 : 0), {});
  for (const ParameterPlace& place : tensors_) {
    state.tensors.push_back(place.tensor);
    for (std::size_t s = 0; s < state.slots.size(); ++s) {
      const auto& slots = optimizer_->slots();
      state.slots[s].push_back(place.get((s < slots.size() ? slots[s] : averages_).data()));
    }
  }
}

void ParameterUpdate::share(int rank, int ranks) {
  ensure_each_alone();
  rank_ = rank;
  ranks_ = ranks;
}

void ParameterUpdate::ensure_each_alone() const {
  ensure(merged_.size() == 0 && averages_.size() == 0, "parameters are moved by their part, but not each alone");
}

void ParameterUpdate::set_apart(const ParameterRange& all, const ParameterRange& own) {
  ensure_each_alone();
  const auto found = std::ranges::find_if(pieces_, [&](const Piece& piece) { return piece.first >= all.first; });
  const std::size_t tensor = all.count > 0 ? found->tensor : 0;
  std::erase_if(pieces_, [&](const Piece& p) { return p.first >= all.first && p.first < all.first + all.count; });
  for (std::size_t first = own.first; first < own.first + own.count; first += kPiece) {
    own_.push_back({first, std::min(kPiece, own.first + own.count - first), tensor});
  }
}

std::size_t ParameterUpdate::first_piece(int rank) const {
  return pieces_.size() * static_cast<std::size_t>(rank) / static_cast<std::size_t>(ranks_);
}

std::vector<ParameterRange> ParameterUpdate::parts() const {
  std::vector<ParameterRange> parts;
  const auto begin_of = [&](int rank) {
    const std::size_t piece = first_piece(rank);
    return piece < pieces_.size() ? pieces_[piece].first : pieces_.back().first + pieces_.back().count;
  };
  for (int r = 0; r < ranks_ && ranks_ > 1; ++r) parts.push_back({begin_of(r), begin_of(r + 1) - begin_of(r)});
  return parts;
}

std::vector<std::span<float>> ParameterUpdate::slots() const {
  std::vector<std::span<float>> slots;
  for (const AlignedFloats& slot : optimizer_->slots()) slots.emplace_back(slot.data(), slot.size());
  return slots;
}

void ParameterUpdate::begin_step() {
  step_rate_ = schedule_.class_name.empty() ? rate_ : rate_at(schedule_, iterations_);
  optimizer_->begin_step(iterations_ + 1, static_cast<float>(step_rate_));
}

void ParameterUpdate::end_step() {
  ++iterations_;
  begin_step();
}

void ParameterUpdate::set_learning_rate(double rate) {
  rate_ = rate;
  begin_step();
}

void ParameterUpdate::resolve_schedule(std::int64_t total_steps) {
  if (!schedule_.class_name.empty()) schedule_ = resolved(schedule_, total_steps);
  begin_step();
}

double ParameterUpdate::penalty(const float* parameters) const {
  double total = 0.0;
  for (const Regularizer& regularizer : regularized_) {
    const ParameterPlace& place = tensors_[regularizer.tensor];
    double sum = 0.0;
    for (std::size_t i = 0; i < place.floats; ++i) sum += double{std::abs(parameters[place.offset + i])};
    total +=
        double{regularizer.l1} * sum + double{regularizer.l2} * squared_norm(parameters + place.offset, place.floats);
  }
  return total;
}

std::span<const float* const> ParameterUpdate::gradients_of(const Piece& piece,
                                                            std::span<const float* const> gradients) const {
  return piece.first < whole_batch_ ? gradients.first(1) : gradients;
}

/// The gradients' sum and the regularizers' part.
void ParameterUpdate::merge(const Piece& piece, std::span<const float* const> gradients, const float* parameters) {
  float* const sum = merged_.data();
  gradients = gradients_of(piece, gradients);
  simd([&](auto) THIMBLE_INLINE_LAMBDA {
    for (std::size_t i = piece.first; i < piece.first + piece.count; ++i) sum[i] = gradients[0][i];
    for (std::size_t g = 1; g < gradients.size(); ++g) {
      for (std::size_t i = piece.first; i < piece.first + piece.count; ++i) sum[i] += gradients[g][i];
    }
  });
  for (const Regularizer& regularizer : regularized_) {
    if (regularizer.tensor != piece.tensor) continue;
    for (std::size_t i = piece.first; i < piece.first + piece.count; ++i) {
      sum[i] += regularizer.l1 * sign(parameters[i]) + 2.0f * regularizer.l2 * parameters[i];
    }
  }
}

/// What each tensor's gradient is multiplied by so that norms stay below the limit.
void ParameterUpdate::find_factors() {
  if (clip_ != Clip::kNorm && clip_ != Clip::kGlobalNorm) return;
  double global = 0.0;
  for (std::size_t t = 0; t < tensors_.size(); ++t) {
    const double square = squared_norm(merged_.data() + tensors_[t].offset, tensors_[t].floats);
    global += square;
    factors_[t] = clip_limit_ / std::max(static_cast<float>(std::sqrt(square)), clip_limit_);
  }
  if (clip_ == Clip::kNorm) return;
  const float factor = clip_limit_ / std::max(static_cast<float>(std::sqrt(global)), clip_limit_);
  std::ranges::fill(factors_, factor);
}

void ParameterUpdate::move(const Piece& piece, std::span<const float* const> gradients, float* parameters) {
  gradients = gradients_of(piece, gradients);
  const std::size_t end = piece.first + piece.count;
  const float* merged = merged_.data();
  if (merged_.size() > 0) {
    float* const sum = merged_.data();
    const float factor = factors_[piece.tensor];
    for (std::size_t i = piece.first; i < end; ++i) {
      sum[i] = clip_ == Clip::kValue ? std::clamp(sum[i], -clip_limit_, clip_limit_) : sum[i] * factor;
    }
    gradients = std::span(&merged, 1);
  }
  if (weight_decay_ > 0.0) {
    const auto keep = static_cast<float>(weight_decay_ * step_rate_);
    for (std::size_t i = piece.first; i < end; ++i) parameters[i] -= parameters[i] * keep;
  }
  optimizer_->update(piece.first, piece.count, gradients, parameters);
  if (averages_.size() > 0) {
    float* const averages = averages_.data();
    const float keep = iterations_ == 0 ? 0.0f : ema_momentum_;
    for (std::size_t i = piece.first; i < end; ++i) averages[i] = keep * averages[i] + (1.0f - keep) * parameters[i];
  }
}

template <typename Work>
void ParameterUpdate::for_share(ThreadTeam& team, int thread, std::span<const Piece> pieces, const Work& work) {
  const auto bound = [&](int t) {
    return pieces.size() * static_cast<std::size_t>(t) / static_cast<std::size_t>(team.size());
  };
  for (std::size_t i = bound(thread); i < bound(thread + 1); ++i) work(pieces[i]);
}

void ParameterUpdate::run_own(ThreadTeam& team, int thread, const float* gradients, float* parameters) {
  for_share(team, thread, own_, [&](const Piece& piece) { move(piece, std::span(&gradients, 1), parameters); });
}

void ParameterUpdate::run(ThreadTeam& team, int thread, std::span<const float* const> gradients, float* parameters) {
  const std::size_t first = first_piece(rank_);
  const std::span<const Piece> pieces = std::span(pieces_).subspan(first, first_piece(rank_ + 1) - first);
  if (merged_.size() > 0) {
    for_share(team, thread, pieces, [&](const Piece& piece) { merge(piece, gradients, parameters); });
    team.barrier([&] { find_factors(); });
  }
  for_share(team, thread, pieces, [&](const Piece& piece) { move(piece, gradients, parameters); });
}

bool moves_each_alone(const Model& model) {
  const Attributes& config = model.optimizer.config;
  for (const char* name : {"clipnorm", "global_clipnorm", "clipvalue"}) {
    if (config.has(name)) return false;
  }
  for (const Layer& layer : model.layers) {
    for (const LayerWeight& weight : layer.weights) {
      if (weight.l1 != 0.0 || weight.l2 != 0.0) return false;
    }
  }
  return !(config.has("use_ema") && config.flag("use_ema"));
}

}  // namespace thimble
