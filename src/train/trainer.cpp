#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <thread>

#include "base/error.h"
#include "base/random.h"
#include "train/executor.h"
#include "train/objective.h"
#include "train/parameter_update.h"
#include "train/ranks/rank_share.h"
#include "train/sample_feed.h"
#include "train/shard_claims.h"
#include "train/shard_losses.h"
#include "train/thread_team.h"
#include "train/train.h"

namespace thimble {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

/// Ranks have one thread each if nothing else is said.
int threads_for(const TrainOptions& options, const TrainPlan& plan) {
  const int all = options.ranks ? 1 : static_cast<int>(std::thread::hardware_concurrency());
  return std::clamp(options.threads > 0 ? options.threads : all, 1, plan.sharding.shards);
}

TrainExecutor make_executor(const Model& model, const TrainOptions& options) {
  TrainPlan plan = plan_for(model, options);
  const int threads = threads_for(options, plan);
  return TrainExecutor(std::move(plan), model.graph, threads);
}

}  // namespace

class Trainer::Impl {
 public:
  Impl(Model& model, const TrainOptions& options)
      : model_(model),
        options_(options),
        executor_(make_executor(model, options)),
        share_(options.ranks, executor_.plan(), runs_together(model, options) && executor_.plan().front()),
        objective_(model, options_, executor_.plan()),
        update_(model, executor_.plan()),
        team_(executor_.threads()),
        feed_(executor_.plan(), options_),
        losses_(objective_, executor_.plan()) {
    total_.metrics.resize(objective_.counters());
    if (share_) share_work(options.ranks->rank(), options.ranks->size());
    claims_.emplace(executor_.threads(), executor_.first_shard(), executor_.end_shard());
  }

  void check(const Dataset& data) const { objective_.check(data); }

  bool run_epoch(const Dataset& data, EpochPosition& position, const StepDone& step_done) {
    check(data);
    const std::size_t told = options_.distillation.teacher.size() / data.size();
    const std::size_t own = feed_.output_numbers();
    require(told == 0 || told == own, "the teacher gives {} numbers, the model {}", told, own);
    const auto number = static_cast<std::uint64_t>(position.epoch);
    std::vector<std::uint32_t> order = shuffled_order(data.size(), options_.seed, number, options_.shuffle_buffer);
    const auto batches = (data.size() + at(options_.batch_size) - 1) / at(options_.batch_size);
    update_.resolve_schedule(static_cast<std::int64_t>(batches) * options_.epochs);
    total_ = position.sums;
    total_.metrics.resize(objective_.counters());
    steps_done_ = position.step;
    std::unique_ptr<AugmentedEpoch> augmented;
    if (options_.augmentation.any()) {
      augmented = std::make_unique<AugmentedEpoch>(data, order, options_, position.epoch, steps_done_, own,
                                                   [this](int samples) { return share_.part_of(samples); });
    }
    feed_.start(data, std::move(order), std::move(augmented));
    run(true, Random(options_.seed, ~number).next(), step_done);
    feed_.end();
    const double loss = means().loss;
    require(steps_done_ <= steps_, "the checkpoint is at step {} of an epoch of {} steps: it is of other data",
            steps_done_, steps_);
    require(
        std::isfinite(loss),
        "training diverged: the loss is {} in epoch {}, step {}; try a learning_rate below {:.6g}, clipnorm = 1, or "
        "data scaled to [0, 1]",
        loss, position.epoch + 1, steps_done_, update_.learning_rate());
    position.sums = total_;
    position.step = steps_done_;
    return steps_done_ == steps_;
  }

  void constrain(const Constraints& constraints) {
    ensure(!options_.fuse, "layers that are computed together cannot be constrained");
    for (const PlannedNode& node : executor_.plan().nodes) {
      require(!node.call.whole_batch || !constraints.values.contains(node.result),
              "a layer that looks at the whole batch cannot be trained for integers");
    }
    std::vector<std::optional<ValueGrid>> input_grids;
    for (const TensorId input : model_.graph.inputs) {
      const auto found = constraints.values.find(input);
      input_grids.push_back(found == constraints.values.end() ? std::nullopt : std::optional(found->second));
    }
    feed_.round_inputs(std::move(input_grids));
    executor_.constrain(constraints);
  }

  LossAndAccuracy evaluate(const Dataset& data) {
    check(data);
    std::vector<std::uint32_t> order(data.size());
    std::iota(order.begin(), order.end(), 0u);
    feed_.start(data, std::move(order), nullptr);
    total_ = {};
    total_.metrics.resize(objective_.counters());
    steps_done_ = 0;
    run(false, 0, {});
    LossAndAccuracy result = means();
    result.loss += update_.penalty(executor_.parameters());
    return result;
  }

  LossAndAccuracy evaluate_averages(const Dataset& data) {
    swap_averages();
    LossAndAccuracy result = evaluate(data);
    swap_averages();
    return result;
  }

  /// Of the samples of the steps that are over.
  LossAndAccuracy means(bool with_metrics = true) const {
    const double count = std::min(samples_, steps_done_ * options_.batch_size);
    LossAndAccuracy result;
    if (count > 0) result = {total_.loss / count, total_.correct / count, {}};
    if (!objective_.has_accuracy()) result.accuracy = std::nan("");
    if (with_metrics) result.metrics = objective_.values(total_.metrics);
    return result;
  }

  void save() const {
    for (const ParameterPlace& place : executor_.plan().parameters) {
      model_.graph.tensor(place.tensor).data = make_data(place.get(executor_.parameters()));
    }
    update_.save(model_.optimizer);
  }

  std::vector<float> parameters() const { return values_of(executor_.parameters()); }
  std::vector<float> evaluated_parameters() const {
    const float* averages = update_.averages();
    return values_of(averages && update_.iterations() > 0 ? averages : executor_.parameters());
  }
  void set_parameters(std::span<const float> values) {
    for (const ParameterPlace& place : executor_.plan().parameters) {
      require(values.size() >= place.count, "the checkpoint's best weights are of another model");
      place.put(values.first(place.count), executor_.parameters());
      values = values.subspan(place.count);
    }
    require(values.empty(), "the checkpoint's best weights are of another model");
    see_all_weights();
  }

  ParameterUpdate& update() { return update_; }

  bool any(bool condition) const { return share_.any(condition); }

 private:
  /// What this rank does of each step.
  void share_work(int rank, int ranks) {
    update_.sum_all_gradients();
    if (share_.together()) {
      const TrainPlan& plan = executor_.plan();
      executor_.join(rank, ranks, share_.joint_arena());
      for (int r = 0; r < ranks; ++r) update_parts_.push_back(plan.of_front(r, ranks));
      update_.set_apart(plan.of_front(0, 1), update_parts_[at(rank)]);
      return;
    }
    executor_.move_to(share_.own_parameters(), share_.own_gradients());
    if (!share_.shares_memory() || !moves_each_alone(model_)) return;
    update_.share(rank, ranks);
    update_parts_ = update_.parts();
  }

  /// All parameters in the order of their places, as their tensors hold them: `trainable` ones, and the others.
  std::vector<float> values_of(const float* trainable) const {
    std::vector<float> values;
    for (const ParameterPlace& place : executor_.plan().parameters) {
      const bool other = place.offset >= executor_.plan().trainable;
      const std::vector<float> tensor = place.get(other ? executor_.parameters() : trainable);
      values.insert(values.end(), tensor.begin(), tensor.end());
    }
    return values;
  }

  /// Evaluation is of the moving averages, if there are any.
  void swap_averages() {
    float* averages = update_.averages();
    if (averages && update_.iterations() > 0) {
      std::swap_ranges(averages, averages + executor_.plan().trainable, executor_.parameters());
      see_all_weights();
    }
  }

  /// Walks over the data of feed_, from step steps_done_ on.
  void run(bool training, std::uint64_t seed, const StepDone& step_done) {
    samples_ = static_cast<int>(feed_.data().size());
    const int batch = options_.batch_size;
    steps_ = (samples_ + batch - 1) / batch;
    bool paused = false;
    diverged_ = wants_pause_ = false;
    if (!share_.is_first()) std::ranges::fill(total_.metrics, 0.0);
    team_.run([&](int thread) {
      // steps_done_, total_, diverged_ and paused change only while all threads wait at a barrier.
      while (steps_done_ < steps_ && !diverged_ && !paused) {
        const int step = steps_done_;
        const int count = std::min(batch, samples_ - step * batch);
        const RankShare::Part part = share_.together() ? RankShare::Part{0, count} : share_.part_of(count);
        const StepContext context = {part.count, part.first, count, training, seed + at(step)};
        run_stages(thread, step * batch + part.first, context);
        if (training) {
          if (share_) exchange(thread);
          update_.run(team_, thread, used_, executor_.parameters());
          if (share_ && !share_.together()) {
            team_.barrier([&] { share_.spread(executor_.parameters(), update_parts_); });
          }
          see_weights();
        }
        team_.barrier([&] {
          if (training) update_.end_step();
          const bool wanted = step_done && step_done(steps_done_, steps_, means(false));
          // Ranks pause together, in the step after one of them has said so.
          paused = share_ && training ? told_to_pause_ : wanted;
          wants_pause_ |= wanted;
        });
      }
    });
    if (!share_) return;
    share_.add_up(total_, training);
    if (!training) return;
    for (const std::span<float> slot : update_.slots()) share_.gather(slot, update_parts_);
    if (share_.together()) share_.gather({executor_.parameters(), executor_.plan().trainable}, update_parts_);
  }

  void run_stages(int thread, int first, const StepContext& context) {
    const TrainPlan& plan = executor_.plan();
    const std::vector<TrainStage>& stages = context.training ? plan.training : plan.inference;
    for (const TrainStage& stage : stages) {
      if (stage.whole_batch) {
        run_whole_batch(stage.steps[0], thread, first, context);
      } else {
        claims_->for_each(thread, (&stage - stages.data()) % 2 == 1, [&](int shard) {
          if (plan.sharding.size(shard, context.samples) == 0) return;
          for (const TrainStep& step : stage.steps) run_step(step, {thread, shard}, first, context);
        });
      }
      team_.barrier([&] {
        claims_->reset();
        if (stage.whole_batch) executor_.finish_whole_batch(stage.steps[0]);
        if (context.training) add_up_sums(stage, context);
        if (&stage == &stages.back()) finish_step(context);
        if (share_.together()) meet_others(stage, stages, context);
      });
    }
  }

  /// Between stages of a step that ranks run together. Where the next one is backward of the whole batch, they meet in
  /// it.
  void meet_others(const TrainStage& stage, const std::vector<TrainStage>& stages, const StepContext& context) {
    const bool last = &stage == &stages.back();
    if (stage.whole_batch && !last) return share_.await();
    if (!last && (&stage + 1)->whole_batch) return share_.arrive();
    // A step of training ends with an exchange.
    if (last && !context.training) {
      share_.arrive();
      share_.await();
    }
  }

  /// Ranks that run a step together do that first for which the others wait, and that last for which they wait.
  void run_whole_batch(const TrainStep& step, int thread, int first, const StepContext& context) {
    const BatchReader reader = feed_.batch_reader(first, context);
    const auto run = [&](SampleRange range) {
      if (range.first < range.end) executor_.run_whole_batch(step, thread, context, reader, range);
    };
    const SampleRange own = share_.together() ? executor_.own_samples(step, context) : SampleRange{};
    const auto run_others = [&] {
      run({0, own.first});
      run({own.end, context.samples});
    };
    if (!share_.together()) {
      run_others();
    } else if (step.kind == TrainStep::Kind::kForward) {
      run_others();
      team_.barrier([&] { share_.arrive(); });
      run(own);
    } else {
      run(own);
      team_.barrier([&] { share_.await(); });
      run_others();
    }
    executor_.complete_whole_batch(step, thread);
  }

  void add_up_sums(const TrainStage& stage, const StepContext& context) {
    for (const TrainStep& sums : stage.sums) {
      const std::span<double> total = executor_.add_up(sums, context);
      if (share_) options_.ranks->sum(total);
      executor_.use_sums(sums, context);
    }
  }

  /// Makes the gradients' sum over all ranks what the update sees. What this rank updates alone, it does while others
  /// are not yet ready.
  void exchange(int thread) {
    share_.merge(team_, executor_.gradients(0), used_);
    team_.barrier([&] {
      team_.reset_tickets();
      share_.say({step_sums_.loss, step_sums_.correct, wants_pause_});
    });
    update_.run_own(team_, thread, executor_.gradients(0), executor_.parameters());
    team_.barrier([&] {
      const RankShare::Message all = share_.hear();
      total_.loss += all.loss;
      total_.correct += all.correct;
      told_to_pause_ = all.pause;
      diverged_ = !std::isfinite(total_.loss);
      used_.assign(share_.gradients().begin(), share_.gradients().end());
    });
  }

  void run_step(const TrainStep& step, ShardPlace place, int first, const StepContext& context) {
    switch (step.kind) {
      case TrainStep::Kind::kRead:
        return feed_.read(executor_, place, first, context);
      case TrainStep::Kind::kLoss:
        return losses_.compute(executor_, feed_, place, first, context);
      default:
        return executor_.run(step, place, context);
    }
  }

  /// Between the last stage and the update, while all threads wait.
  void finish_step(const StepContext& context) {
    const Sharding& sharding = executor_.plan().sharding;
    used_.clear();
    // Of a step that ranks share, exchange() adds up loss and accuracy.
    const bool shared = share_ && context.training;
    LossSums& sums = shared ? step_sums_ : total_;
    if (shared) step_sums_ = {0.0, 0.0, std::move(total_.metrics)};
    for (int s = executor_.first_shard(); s < executor_.end_shard(); ++s) {
      if (sharding.size(s, context.samples) == 0) continue;
      sums.add(losses_.of(s));
      used_.push_back(executor_.gradients(s));
    }
    if (shared) total_.metrics = std::move(step_sums_.metrics);
    if (context.training && update_.has_penalty()) {
      total_.loss += context.whole_batch * update_.penalty(executor_.parameters());
    }
    diverged_ = !std::isfinite(total_.loss);
    feed_.release(steps_done_);
    ++steps_done_;
  }

  void see_all_weights() {
    for (int index = 0; index < executor_.constrained_weights(); ++index) executor_.see_weights(index);
  }
  /// After the parameters have changed in a step: by all threads.
  void see_weights() {
    if (executor_.constrained_weights() == 0) return;
    team_.barrier([] {});
    for (int index; (index = team_.next_ticket()) < executor_.constrained_weights();) executor_.see_weights(index);
    team_.barrier([&] { team_.reset_tickets(); });
  }

  Model& model_;
  TrainOptions options_;
  TrainExecutor executor_;
  RankShare share_;
  std::optional<ShardClaims> claims_;
  Objective objective_;
  ParameterUpdate update_;
  ThreadTeam team_;
  SampleFeed feed_;
  ShardLosses losses_;
  std::vector<const float*> used_;            // the gradients of the shards that have samples in this step
  std::vector<ParameterRange> update_parts_;  // of each rank
  // Of a step that ranks share.
  LossSums step_sums_;
  bool wants_pause_ = false;    // this rank
  bool told_to_pause_ = false;  // by any
  bool diverged_ = false;
  LossSums total_;
  int steps_done_ = 0;
  int steps_ = 0;    // of the walk
  int samples_ = 0;  // likewise
};

Trainer::Trainer(Model& model, const TrainOptions& options) : impl_(std::make_unique<Impl>(model, options)) {}
Trainer::~Trainer() = default;
void Trainer::check(const Dataset& data) const { impl_->check(data); }
bool Trainer::run_epoch(const Dataset& data, EpochPosition& position, const StepDone& step_done) {
  return impl_->run_epoch(data, position, step_done);
}
LossAndAccuracy Trainer::run_epoch(const Dataset& data, int epoch) {
  EpochPosition position = {.epoch = epoch};
  impl_->run_epoch(data, position, {});
  return impl_->means();
}
LossAndAccuracy Trainer::so_far() const { return impl_->means(); }
LossAndAccuracy Trainer::evaluate(const Dataset& data) { return impl_->evaluate_averages(data); }
LossAndAccuracy Trainer::evaluate_as_it_is(const Dataset& data) { return impl_->evaluate(data); }
double Trainer::learning_rate() const { return impl_->update().learning_rate(); }
void Trainer::set_learning_rate(double rate) { impl_->update().set_learning_rate(rate); }
std::vector<float> Trainer::parameters() const { return impl_->parameters(); }
std::vector<float> Trainer::evaluated_parameters() const { return impl_->evaluated_parameters(); }
void Trainer::set_parameters(std::span<const float> values) { impl_->set_parameters(values); }
bool Trainer::any(bool condition) const { return impl_->any(condition); }
void Trainer::constrain(const Constraints& constraints) { impl_->constrain(constraints); }
void Trainer::save() const { impl_->save(); }

}  // namespace thimble
