#include "train/executor.h"

#include <algorithm>

#include "base/random.h"
#include "ops/simd.h"

namespace thimble {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

void add(std::size_t count, const float* addend, float* target) {
  simd([=](auto) THIMBLE_INLINE_LAMBDA {
    for (std::size_t i = 0; i < count; ++i) target[i] += addend[i];
  });
}

}  // namespace

TrainExecutor::TrainExecutor(TrainPlan plan, const Graph& graph, int threads)
    : plan_(std::move(plan)), threads_(threads), parameters_(plan_.all) {
  for (const ParameterPlace& place : plan_.parameters) {
    place.put(graph.tensor(place.tensor).values<float>(), parameters_.data());
  }
  const int shards = plan_.sharding.shards;
  for (int s = 0; s < shards; ++s) gradients_.emplace_back(plan_.trainable);
  for (int t = 0; t < (plan_.shared_arena ? 1 : threads); ++t) arenas_.emplace_back(plan_.arena);
  make_buffers();
}

void TrainExecutor::make_buffers() {
  buffers_.clear();
  for (int t = 0; t < threads_; ++t) {
    for (int s = 0; s < plan_.sharding.shards; ++s) {
      for (const PlannedNode& node : plan_.nodes) buffers_.push_back(buffers_of(node, {t, s}));
    }
  }
}

void TrainExecutor::constrain(Constraints constraints) {
  constraints_ = std::move(constraints);
  seen_ = AlignedFloats(plan_.all);
  seen_places_.clear();
  for (const ParameterPlace& place : plan_.parameters) {
    if (constraints_.weights.contains(place.tensor)) seen_places_.push_back(place);
  }
  for (int i = 0; i < constrained_weights(); ++i) see_weights(i);
  make_buffers();
}

void TrainExecutor::see_weights(int index) {
  const ParameterPlace& place = seen_places_[at(index)];
  constraints_.weights.at(place.tensor)({parameters_.data() + place.offset, place.count},
                                        {seen_.data() + place.offset, place.count});
}

float* TrainExecutor::activation(const TrainSlot& slot, ShardPlace place) const {
  float* arena = arenas_[plan_.shared_arena ? 0 : at(place.thread)].data() + slot.offset;
  return plan_.shared_arena ? arena + at(plan_.sharding.first(place.shard)) * slot.size : arena;
}

TrainBuffers TrainExecutor::buffers_of(const PlannedNode& node, ShardPlace place) const {
  const auto trained_or_seen = [&](const TrainSlot& slot) {
    const bool seen = std::ranges::any_of(
        seen_places_, [&](const ParameterPlace& constrained) { return constrained.offset == slot.offset; });
    return seen && slot.kind == TrainSlot::Kind::kParameter ? seen_.data() : parameters_.data();
  };
  const auto locate = [&](const TrainSlot& slot, float* parameters) -> float* {
    if (slot.kind == TrainSlot::Kind::kNone) return nullptr;
    return slot.kind == TrainSlot::Kind::kParameter ? parameters + slot.offset : activation(slot, place);
  };
  TrainBuffers buffers;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    buffers.inputs.push_back(locate(node.inputs[i], trained_or_seen(node.inputs[i])));
    buffers.state.push_back(node.state[i] ? parameters_.data() + node.inputs[i].offset : nullptr);
    buffers.input_gradients.push_back(locate(node.input_gradients[i], gradients_[at(place.shard)].data()));
  }
  buffers.output = activation(node.output, place);
  buffers.output_gradient = locate(node.output_gradient, nullptr);
  buffers.workspace = arenas_[plan_.shared_arena ? 0 : at(place.thread)].data() + node.workspace;
  if (plan_.shared_arena && !node.call.whole_batch) buffers.workspace += at(place.shard) * node.call.workspace;
  return buffers;
}

std::span<float> TrainExecutor::values(const TrainSlot& slot, ShardPlace place) const {
  return {activation(slot, place), slot.size * at(plan_.sharding.samples)};
}

void TrainExecutor::call(const TrainStep& step, TrainBuffers& buffers, const StepContext& context, std::uint64_t salt) {
  const PlannedNode& node = plan_.nodes[at(step.index)];
  buffers.training = context.training;
  std::uint64_t mixed = context.seed ^ (salt << 32) ^ static_cast<std::uint64_t>(node.result);
  buffers.seed = splitmix64(mixed);
  if (step.kind == TrainStep::Kind::kForward) {
    node.call.forward(buffers);
  } else {
    node.call.backward(buffers);
  }
}

void TrainExecutor::run(const TrainStep& step, ShardPlace place, const StepContext& context) {
  const int samples = plan_.sharding.size(place.shard, context.samples);
  if (step.kind == TrainStep::Kind::kAdd) {
    const PlannedSum& sum = plan_.sums[at(step.index)];
    add(at(samples) * sum.target.size, activation(sum.addend, place), activation(sum.target, place));
    return;
  }
  const int row = place.thread * plan_.sharding.shards + place.shard;
  TrainBuffers& buffers = buffers_[at(row) * plan_.nodes.size() + at(step.index)];
  buffers.batch = samples;
  const PlannedNode& node = plan_.nodes[at(step.index)];
  const auto grid = constraints_.values.find(node.result);
  const bool constrained = grid != constraints_.values.end();
  if (constrained && step.kind == TrainStep::Kind::kBackward) {
    stop_at_ends(grid->second, values(node.output, place), values(node.output_gradient, place));
  }
  call(step, buffers, context, at(place.shard));
  if (constrained && step.kind == TrainStep::Kind::kForward) snap(grid->second, values(node.output, place));
}

std::vector<TrainExecutor::Shared> TrainExecutor::shared_values(const TrainStep& step) const {
  const PlannedNode& node = plan_.nodes[at(step.index)];
  std::vector<Shared> result;
  const auto add_slot = [&](const TrainSlot& slot) {
    if (slot.kind == TrainSlot::Kind::kActivation) result.push_back({activation(slot, {0, 0}), slot.size});
  };
  if (step.kind == TrainStep::Kind::kBackward) {
    add_slot(node.output_gradient);
  } else {
    for (const TrainSlot& slot : node.inputs) add_slot(slot);
  }
  return result;
}

void TrainExecutor::finish_whole_batch(const TrainStep& step) {
  const PlannedNode& node = plan_.nodes[at(step.index)];
  if (step.kind == TrainStep::Kind::kBackward && node.call.finish) node.call.finish(buffers_[at(step.index)]);
}

void TrainExecutor::run_whole_batch(const TrainStep& step, int thread, const StepContext& context,
                                    const SampleReader& samples) {
  TrainBuffers& buffers = buffers_[at(thread * plan_.sharding.shards) * plan_.nodes.size() + at(step.index)];
  buffers.batch = context.samples;
  buffers.part = thread;
  buffers.parts = threads_;
  buffers.samples = &samples;
  call(step, buffers, context, 0);
}

}  // namespace thimble
