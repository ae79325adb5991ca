// What happens to the parameters after the gradients of a step are there, in Keras's order: regularizers, clipping,
// weight decay, the optimizer, moving averages.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "ir/layer.h"
#include "train/optimizer.h"
#include "train/plan.h"
#include "train/thread_team.h"

namespace thimble {

class ParameterUpdate {
 public:
  /// With the optimizer's state as `model` has it. Throws InputError for an optimizer that is not known.
  ParameterUpdate(const Model& model, const TrainPlan& plan);

  /// From now on all gradients are to be added up, also those of TrainPlan::whole_batch_trainable.
  void sum_all_gradients() { whole_batch_ = 0; }
  /// From now on run() updates only this rank's part of the parameters. Only if moves_each_alone().
  void share(int rank, int ranks);
  /// From now on run_own() updates `own`, and run() those before and behind `all`. Only if moves_each_alone().
  void set_apart(const ParameterRange& all, const ParameterRange& own);
  /// What each rank updates of what is shared; empty: all of them everything.
  std::vector<ParameterRange> parts() const;
  /// What the optimizer remembers of each trainable parameter.
  std::vector<std::span<float>> slots() const;

  /// Called by all threads of `team`: moves `parameters` by the sum of `gradients`, in their order. A thread always has
  /// the same parameters, which stay in its cache.
  void run(ThreadTeam& team, int thread, std::span<const float* const> gradients, float* parameters);
  /// Likewise those that are set apart, by the one gradient that they have.
  void run_own(ThreadTeam& team, int thread, const float* gradients, float* parameters);
  /// By one thread when all are done with that.
  void end_step();

  /// What the regularizers add to the loss.
  double penalty(const float* parameters) const;
  bool has_penalty() const { return !regularized_.empty(); }

  /// The moving averages of the trainable parameters; null if there are none.
  float* averages() const { return averages_.size() > 0 ? averages_.data() : nullptr; }

  std::int64_t iterations() const { return iterations_; }
  /// Of the next step.
  double learning_rate() const { return step_rate_; }
  /// From the next step on; only where there is no schedule.
  void set_learning_rate(double rate);
  const LearningRateSchedule& schedule() const { return schedule_; }
  /// Fills in the steps that the schedule leaves open; before the first step, if there is a schedule.
  void resolve_schedule(std::int64_t total_steps);

  /// Writes the state to where the constructor found it.
  void save(OptimizerState& state) const;

 private:
  /// A part of a tensor, of a size that a thread takes at a time.
  struct Piece {
    std::size_t first;
    std::size_t count;
    std::size_t tensor;
  };
  struct Regularizer {
    std::size_t tensor;
    float l1;
    float l2;
  };
  enum class Clip { kNone, kNorm, kGlobalNorm, kValue };

  void ensure_each_alone() const;
  std::size_t first_piece(int rank) const;  // of its share
  /// Calls work(piece) for the thread's share of `pieces`.
  template <typename Work>
  static void for_share(ThreadTeam& team, int thread, std::span<const Piece> pieces, const Work& work);
  std::span<const float* const> gradients_of(const Piece& piece, std::span<const float* const> gradients) const;
  void load(const OptimizerState& state);
  void read_clipping(const Attributes& config);
  void begin_step();
  void merge(const Piece& piece, std::span<const float* const> gradients, const float* parameters);
  void find_factors();
  void move(const Piece& piece, std::span<const float* const> gradients, float* parameters);

  std::vector<ParameterPlace> tensors_;  // the trainable ones
  std::size_t whole_batch_;              // TrainPlan::whole_batch_trainable
  std::vector<Piece> pieces_;
  std::vector<Piece> own_;    // set apart
  int rank_ = 0, ranks_ = 1;  // that share the update
  std::unique_ptr<Optimizer> optimizer_;
  LearningRateSchedule schedule_;
  double rate_;             // where there is no schedule
  double step_rate_ = 0.0;  // of the next step
  double weight_decay_ = 0.0;
  Clip clip_ = Clip::kNone;
  float clip_limit_ = 0.0f;
  std::vector<Regularizer> regularized_;
  AlignedFloats merged_;        // the gradients' sum, where it has to be known before the optimizer runs
  std::vector<float> factors_;  // what clipping multiplies each tensor's gradient by
  AlignedFloats averages_;
  float ema_momentum_ = 0.0f;
  std::int64_t iterations_ = 0;
};

/// Whether each parameter is moved without looking at others, and no averages are kept.
bool moves_each_alone(const Model& model);

}  // namespace thimble
