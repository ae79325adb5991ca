#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <thread>

#include "base/error.h"
#include "base/random.h"
#include "data/batches_ahead.h"
#include "data/load.h"
#include "train/executor.h"
#include "train/loss.h"
#include "train/optimizer.h"
#include "train/thread_team.h"
#include "train/train.h"

namespace thimble {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

Loss loss_of(const Model& model) {
  if (model.loss == "SparseCategoricalCrossentropy") return Loss::kSparseCategoricalCrossentropy;
  if (model.loss == "MeanSquaredError") return Loss::kMeanSquaredError;
  input_error("the loss '{}' cannot be trained with; use SparseCategoricalCrossentropy or MeanSquaredError",
              model.loss);
}

/// What the loss is computed from: the model's output, or, where that is a softmax, the logits before it. The gradient
/// by the logits is the same, and loses no precision.
TensorId loss_input(const Model& model) {
  require(model.graph.outputs.size() == 1, "the model has {} outputs; training is for models with one",
          model.graph.outputs.size());
  const TensorId output = model.graph.outputs[0];
  if (model.loss_from_logits || model.loss != "SparseCategoricalCrossentropy") return output;
  const int producer = producers(model.graph)[at(output)];
  require(producer >= 0 && model.graph.nodes[at(producer)].op == "SOFTMAX",
          "the loss is not from_logits, but the model does not end with a softmax; set from_logits");
  return model.graph.nodes[at(producer)].inputs[0];
}

int threads_for(const TrainOptions& options) {
  const int wanted = options.threads > 0 ? options.threads : static_cast<int>(std::thread::hardware_concurrency());
  return std::clamp(wanted, 1, Sharding(options.batch_size).shards);
}

Shape without_batch(const Shape& shape) {
  return Shape(shape.begin() + std::min<std::ptrdiff_t>(1, std::ssize(shape)), shape.end());
}

}  // namespace

class Trainer::Impl {
 public:
  Impl(Model& model, const TrainOptions& options)
      : model_(model),
        options_(options),
        loss_(loss_of(model)),
        executor_(plan_training(model.graph, loss_input(model), checked_batch(options)), model.graph,
                  threads_for(options)),
        optimizer_(make_optimizer(model.optimizer, executor_.plan().trainable)),
        team_(threads_for(options)),
        iterations_(model.optimizer.iterations),
        sums_(at(executor_.plan().sharding.shards)),
        labels_(at(executor_.plan().sharding.batch)),
        targets_(at(executor_.plan().sharding.batch)) {
    load_optimizer();
  }

  bool run_epoch(const Dataset& data, EpochPosition& position, const StepDone& step_done) {
    check(data);
    const auto number = static_cast<std::uint64_t>(position.epoch);
    order_ = shuffled_order(data.size(), options_.seed, number);
    optimizer_->begin_step(iterations_ + 1);
    total_ = position.sums;
    steps_done_ = position.step;
    if (options_.augmentation.any()) augment_ahead(data, number, steps_done_);
    run(data, true, Random(options_.seed, ~number).next(), step_done);
    batches_.reset();
    const double loss = means().loss;
    require(steps_done_ <= steps_, "the checkpoint is at step {} of an epoch of {} steps: it is of other data",
            steps_done_, steps_);
    require(std::isfinite(loss),
            "training diverged: the loss is {} in epoch {}, step {}; try a learning_rate below {}, or data scaled to "
            "[0, 1]",
            loss, position.epoch + 1, steps_done_, model_.optimizer.config.real("learning_rate"));
    position.sums = total_;
    position.step = steps_done_;
    return steps_done_ == steps_;
  }

  void constrain(const Constraints& constraints) {
    for (const PlannedNode& node : executor_.plan().nodes) {
      require(!node.call.whole_batch || !constraints.values.contains(node.result),
              "a layer that looks at the whole batch cannot be trained for integers");
    }
    const auto found = constraints.values.find(model_.graph.inputs[0]);
    input_grid_ = found == constraints.values.end() ? std::nullopt : std::optional(found->second);
    executor_.constrain(constraints);
  }

  LossAndAccuracy evaluate(const Dataset& data) {
    check(data);
    order_.resize(data.size());
    for (std::size_t i = 0; i < order_.size(); ++i) order_[i] = static_cast<std::uint32_t>(i);
    total_ = {};
    steps_done_ = 0;
    run(data, false, 0, {});
    return means();
  }

  /// Of the samples of the steps that are over.
  LossAndAccuracy means() const {
    const double count = std::min(samples_, steps_done_ * executor_.plan().sharding.batch);
    return count == 0 ? LossAndAccuracy{}
                      : LossAndAccuracy{total_.loss / count, static_cast<double>(total_.correct) / count};
  }

  void save() const {
    OptimizerState& state = model_.optimizer;
    state.iterations = iterations_;
    state.tensors.clear();
    state.slots.assign(optimizer_->slots().size(), {});
    const auto copy_of = [](const float* from, std::size_t count) { return std::vector<float>(from, from + count); };
    for (const ParameterPlace& place : executor_.plan().parameters) {
      Tensor& tensor = model_.graph.tensor(place.tensor);
      tensor.data = make_data(copy_of(executor_.parameters() + place.offset, place.count));
      if (!tensor.trainable) continue;
      state.tensors.push_back(place.tensor);
      for (std::size_t s = 0; s < state.slots.size(); ++s) {
        state.slots[s].push_back(copy_of(optimizer_->slots()[s].data() + place.offset, place.count));
      }
    }
  }

 private:
  static int checked_batch(const TrainOptions& options) {
    require(options.batch_size > 0 && options.batch_size <= (1 << 20), "batch_size is {}; it must be from 1 to {}",
            options.batch_size, 1 << 20);
    return options.batch_size;
  }

  void load_optimizer() {
    const OptimizerState& state = model_.optimizer;
    auto& slots = optimizer_->slots();
    for (const ParameterPlace& place : executor_.plan().parameters) {
      const auto found = std::ranges::find(state.tensors, place.tensor);
      if (found == state.tensors.end()) continue;
      const auto index = static_cast<std::size_t>(found - state.tensors.begin());
      for (std::size_t s = 0; s < std::min(slots.size(), state.slots.size()); ++s) {
        const std::vector<float>& values = state.slots[s][index];
        ensure(values.size() == place.count, "optimizer state of {} numbers for a tensor of {}", values.size(),
               place.count);
        std::ranges::copy(values, slots[s].data() + place.offset);
      }
    }
  }

  void check(const Dataset& data) const {
    require(data.size() > 0, "the data set has no samples");
    const Shape expected = without_batch(model_.graph.tensor(model_.graph.inputs[0]).shape);
    const Shape actual(data.sample_shape.begin(), data.sample_shape.end());
    require(expected == actual, "the data's samples are {}, the model's input is {}", to_string(actual),
            to_string(expected));
    const auto outputs = executor_.plan().output.size;
    if (loss_ == Loss::kSparseCategoricalCrossentropy) {
      require_labels_below(data, static_cast<std::int32_t>(outputs));
    } else {
      require(outputs == 1 || outputs == data.sample_size(),
              "MeanSquaredError needs 1 output for the label, or {} for the input itself; the model has {}",
              data.sample_size(), outputs);
    }
  }

  /// What happens to a sample depends on nothing but the seed, the epoch and the sample.
  void augment_ahead(const Dataset& data, std::uint64_t epoch, int first_step) {
    const Augmenter augmenter(options_.augmentation, data.sample_shape);
    const std::uint64_t seed = Random(~options_.seed, epoch).next();
    const std::size_t size = data.sample_size(), batch = at(executor_.plan().sharding.batch);
    const auto make = [=, this, &data, scratch = std::vector<float>()](int number, std::span<float> out) mutable {
      const std::size_t first = at(number) * batch, count = std::min(batch, order_.size() - first);
      for (std::size_t i = 0; i < count; ++i) {
        const std::span<float> sample = out.subspan(i * size, size);
        data.read(order_[first + i], sample);
        augmenter.apply(sample, Random(seed, order_[first + i]), scratch);
      }
    };
    const int steps = static_cast<int>((order_.size() + batch - 1) / batch);
    batches_ = std::make_unique<BatchesAhead>(first_step, steps, batch * size, make);
  }

  /// Walks over the data, in the order of order_, from step steps_done_ on.
  void run(const Dataset& data, bool training, std::uint64_t seed, const StepDone& step_done) {
    data_ = &data;
    samples_ = static_cast<int>(data.size());
    const int batch = executor_.plan().sharding.batch;
    steps_ = (samples_ + batch - 1) / batch;
    bool paused = false;
    team_.run([&](int thread) {
      // steps_done_, total_ and paused change only while all threads wait at a barrier.
      while (steps_done_ < steps_ && std::isfinite(total_.loss) && !paused) {
        const int step = steps_done_;
        const StepContext context = {std::min(batch, samples_ - step * batch), training, seed + at(step)};
        run_stages(thread, step * batch, context);
        if (training) update();
        team_.barrier([&] { paused = step_done && step_done(steps_done_, steps_, means()); });
      }
    });
  }

  void run_stages(int thread, int first, const StepContext& context) {
    const TrainPlan& plan = executor_.plan();
    const std::vector<TrainStage>& stages = context.training ? plan.training : plan.inference;
    for (const TrainStage& stage : stages) {
      if (stage.whole_batch) {
        executor_.run_whole_batch(stage.steps[0], thread, context);
      } else {
        for (int shard; (shard = team_.next_ticket()) < plan.sharding.shards;) {
          if (plan.sharding.size(shard, context.samples) == 0) continue;
          for (const TrainStep& step : stage.steps) run_step(step, {thread, shard}, first, context);
        }
      }
      team_.barrier([&] {
        team_.reset_tickets();
        if (&stage == &stages.back()) finish_step(context);
      });
    }
  }

  void run_step(const TrainStep& step, ShardPlace place, int first, const StepContext& context) {
    switch (step.kind) {
      case TrainStep::Kind::kRead:
        return read(place, first, context);
      case TrainStep::Kind::kLoss:
        return compute_loss(place, first, context);
      default:
        return executor_.run(step, place, context);
    }
  }

  /// The samples of a shard, as indices into the data.
  std::span<const std::uint32_t> indices(ShardPlace place, int first, const StepContext& context) const {
    const Sharding& sharding = executor_.plan().sharding;
    return std::span(order_).subspan(at(first + sharding.first(place.shard)),
                                     at(sharding.size(place.shard, context.samples)));
  }

  void read(ShardPlace place, int first, const StepContext& context) {
    const auto samples = indices(place, first, context);
    const TrainPlan& plan = executor_.plan();
    const std::span<float> input = {executor_.input(place), samples.size() * plan.input.size};
    if (batches_) {
      const auto batch = batches_->get(first / plan.sharding.batch);
      std::ranges::copy(batch.subspan(at(plan.sharding.first(place.shard)) * plan.input.size, input.size()),
                        input.begin());
    } else {
      data_->read(samples, input);
    }
    if (input_grid_) snap(*input_grid_, input);
  }

  void compute_loss(ShardPlace place, int first, const StepContext& context) {
    const auto samples = indices(place, first, context);
    const int size = static_cast<int>(executor_.plan().output.size);
    const int count = static_cast<int>(samples.size());
    const std::size_t offset = at(executor_.plan().sharding.first(place.shard));
    const float factor = 1.0f / static_cast<float>(context.samples);
    float* gradient = context.training ? executor_.output_gradient(place) : nullptr;
    LossSums& sums = sums_[at(place.shard)].sums;
    if (loss_ == Loss::kSparseCategoricalCrossentropy) {
      const std::span<std::int32_t> labels = std::span(labels_).subspan(offset, samples.size());
      std::ranges::transform(samples, labels.begin(), [&](std::uint32_t i) { return data_->labels[i]; });
      sums = sparse_categorical_crossentropy(labels, size, executor_.output(place), factor, gradient);
      return;
    }
    float* targets = targets_.data() + offset;
    std::ranges::transform(samples, targets, [&](std::uint32_t i) { return static_cast<float>(data_->labels[i]); });
    if (size > 1) targets = executor_.input(place);
    sums = mean_squared_error(count, size, executor_.output(place), targets, factor, gradient);
  }

  /// Between the last stage and the update, while all threads wait.
  void finish_step(const StepContext& context) {
    const Sharding& sharding = executor_.plan().sharding;
    used_.clear();
    for (int s = 0; s < sharding.shards && sharding.size(s, context.samples) > 0; ++s) {
      total_.add(sums_[at(s)].sums);
      used_.push_back(executor_.gradients(s));
    }
    if (batches_) batches_->release(steps_done_);
    ++steps_done_;
  }

  void update() {
    constexpr std::size_t kRange = 2048;
    const std::size_t all = executor_.plan().trainable;
    for (std::size_t first; (first = at(team_.next_ticket()) * kRange) < all;) {
      optimizer_->update(first, std::min(kRange, all - first), used_, executor_.parameters());
    }
    team_.barrier([&] {
      team_.reset_tickets();
      optimizer_->begin_step(++iterations_ + 1);
    });
    if (executor_.constrained_weights() == 0) return;
    for (int index; (index = team_.next_ticket()) < executor_.constrained_weights();) executor_.see_weights(index);
    team_.barrier([&] { team_.reset_tickets(); });
  }

  struct alignas(64) ShardSums {
    LossSums sums;
  };

  Model& model_;
  TrainOptions options_;
  Loss loss_;
  TrainExecutor executor_;
  std::unique_ptr<Optimizer> optimizer_;
  ThreadTeam team_;
  std::int64_t iterations_;
  std::vector<ShardSums> sums_;       // of each shard, of this step
  std::vector<std::int32_t> labels_;  // of each sample, of this step
  std::vector<float> targets_;        // likewise, as numbers
  std::vector<const float*> used_;    // the gradients of the shards that have samples in this step
  LossSums total_;
  int steps_done_ = 0;
  int steps_ = 0;    // of the walk
  int samples_ = 0;  // likewise
  const Dataset* data_ = nullptr;
  std::vector<std::uint32_t> order_;
  std::optional<ValueGrid> input_grid_;
  std::unique_ptr<BatchesAhead> batches_;  // null: samples are read as they are
};

Trainer::Trainer(Model& model, const TrainOptions& options) : impl_(std::make_unique<Impl>(model, options)) {}
Trainer::~Trainer() = default;
bool Trainer::run_epoch(const Dataset& data, EpochPosition& position, const StepDone& step_done) {
  return impl_->run_epoch(data, position, step_done);
}
LossAndAccuracy Trainer::run_epoch(const Dataset& data, int epoch) {
  EpochPosition position = {.epoch = epoch};
  impl_->run_epoch(data, position, {});
  return impl_->means();
}
LossAndAccuracy Trainer::so_far() const { return impl_->means(); }
LossAndAccuracy Trainer::evaluate(const Dataset& data) { return impl_->evaluate(data); }
void Trainer::constrain(const Constraints& constraints) { impl_->constrain(constraints); }
void Trainer::save() const { impl_->save(); }

}  // namespace thimble
