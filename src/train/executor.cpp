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
    : plan_(std::move(plan)),
      threads_(threads),
      parameters_(plan_.all),
      batch_arena_(plan_.batch_arena),
      joint_arena_(plan_.joint_arena) {
  for (const ParameterPlace& place : plan_.parameters) {
    place.put(graph.tensor(place.tensor).values<float>(), parameters_.data());
  }
  const int shards = plan_.sharding.shards;
  for (int s = 0; s < shards; ++s) gradients_.emplace_back(plan_.gradients);
  for (int t = 0; t < threads; ++t) local_arenas_.emplace_back(plan_.local_arena);
  sums_.resize(at(shards + 1) * plan_.batch_sums);
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

void TrainExecutor::move_to(float* parameters, float* gradients) {
  std::copy_n(parameters_.data(), plan_.all, parameters);
  parameters_ = AlignedFloats::at(parameters, plan_.all);
  gradients_[0] = AlignedFloats::at(gradients, plan_.trainable);
  make_buffers();
}

void TrainExecutor::join(int rank, int ranks, float* joint_arena) {
  rank_ = rank;
  ranks_ = ranks;
  joint_arena_ = AlignedFloats::at(joint_arena, plan_.joint_arena);
  make_buffers();
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
  switch (slot.kind) {
    case TrainSlot::Kind::kJoint:
      return joint_arena_.data() + slot.offset + at(plan_.sharding.first(place.shard)) * slot.size;
    case TrainSlot::Kind::kBatch:
      return batch_arena_.data() + slot.offset + at(plan_.sharding.first(place.shard)) * slot.size;
    case TrainSlot::Kind::kShards:
      return batch_arena_.data() + slot.offset + at(place.shard) * slot.size;
    default:
      return local_arenas_[at(place.thread)].data() + slot.offset;
  }
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
  buffers.workspace = activation(node.workspace, place);
  buffers.scratch = local_arenas_[at(place.thread)].data() + plan_.local_arena - plan_.scratch;
  buffers.forward_sums = sums_.data() + node.sums;
  buffers.backward_sums = buffers.forward_sums + node.call.sums;
  return buffers;
}

std::span<float> TrainExecutor::values(const TrainSlot& slot, ShardPlace place) const {
  return {activation(slot, place), slot.size * at(plan_.sharding.samples)};
}

double* TrainExecutor::sums_of(const TrainStep& step, int shard) {
  const PlannedNode& node = plan_.nodes[at(step.index)];
  const std::size_t begin = node.sums + (step.kind == TrainStep::Kind::kBackwardSums ? node.call.sums : 0);
  return sums_.data() + at(shard + 1) * plan_.batch_sums + begin;
}

TrainBuffers& TrainExecutor::buffers_for(const TrainStep& step, ShardPlace place, const StepContext& context) {
  const int row = place.thread * plan_.sharding.shards + place.shard;
  TrainBuffers& buffers = buffers_[at(row) * plan_.nodes.size() + at(step.index)];
  buffers.batch = plan_.sharding.size(place.shard, context.samples);
  buffers.first_sample = context.first + plan_.sharding.first(place.shard);
  buffers.whole_batch = context.whole_batch;
  buffers.training = context.training;
  std::uint64_t mixed = context.seed ^ (static_cast<std::uint64_t>(plan_.nodes[at(step.index)].result) << 40);
  buffers.seed = splitmix64(mixed);
  return buffers;
}

void TrainExecutor::call(const TrainStep& step, TrainBuffers& buffers) {
  const TrainCall& call = plan_.nodes[at(step.index)].call;
  switch (step.kind) {
    case TrainStep::Kind::kForwardSums:
      return call.make_forward_sums(buffers);
    case TrainStep::Kind::kBackwardSums:
      return call.make_backward_sums(buffers);
    case TrainStep::Kind::kBackward:
      return call.backward(buffers);
    default:
      return call.forward(buffers);
  }
}

void TrainExecutor::run(const TrainStep& step, ShardPlace place, const StepContext& context) {
  if (step.kind == TrainStep::Kind::kAdd) {
    const PlannedSum& sum = plan_.sums[at(step.index)];
    if (sum.target.kind == TrainSlot::Kind::kParameter) {
      float* gradients = gradients_[at(place.shard)].data();
      return add(sum.target.size, gradients + sum.addend.offset, gradients + sum.target.offset);
    }
    const auto samples = at(plan_.sharding.size(place.shard, context.samples));
    add(samples * sum.target.size, activation(sum.addend, place), activation(sum.target, place));
    return;
  }
  TrainBuffers& buffers = buffers_for(step, place, context);
  buffers.sums = sums_of(step, place.shard);
  const PlannedNode& node = plan_.nodes[at(step.index)];
  const auto grid = constraints_.values.find(node.result);
  const bool constrained = grid != constraints_.values.end();
  if (constrained && step.kind == TrainStep::Kind::kBackward) {
    stop_at_ends(grid->second, values(node.output, place), values(node.output_gradient, place));
  }
  call(step, buffers);
  if (constrained && step.kind == TrainStep::Kind::kForward) snap(grid->second, values(node.output, place));
}

std::span<double> TrainExecutor::add_up(const TrainStep& sums, const StepContext& context) {
  const std::span<double> total(sums_of(sums, -1), plan_.nodes[at(sums.index)].call.sums);
  std::ranges::fill(total, 0.0);
  for (int shard = first_shard(); shard < end_shard(); ++shard) {
    if (plan_.sharding.size(shard, context.samples) == 0) continue;
    const double* addends = sums_of(sums, shard);
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += addends[i];
  }
  return total;
}

void TrainExecutor::use_sums(const TrainStep& sums, const StepContext& context) {
  const TrainCall& call = plan_.nodes[at(sums.index)].call;
  if (sums.kind != TrainStep::Kind::kForwardSums || !call.use_forward_sums) return;
  call.use_forward_sums(buffers_for(sums, {0, 0}, context));
}

void TrainExecutor::finish_whole_batch(const TrainStep& step) {
  const PlannedNode& node = plan_.nodes[at(step.index)];
  if (step.kind != TrainStep::Kind::kBackward || !node.call.finish) return;
  TrainBuffers& buffers = buffers_[at(step.index)];
  buffers.part = rank_;
  buffers.parts = ranks_;
  node.call.finish(buffers);
}

void TrainExecutor::run_whole_batch(const TrainStep& step, int thread, const StepContext& context,
                                    const SampleReader& samples, SampleRange range) {
  TrainBuffers& buffers = buffers_for(step, {thread, 0}, context);
  buffers.batch = context.samples;
  buffers.part = rank_ * threads_ + thread;
  buffers.parts = ranks_ * threads_;
  buffers.samples = &samples;
  buffers.range = range;
  call(step, buffers);
}

void TrainExecutor::complete_whole_batch(const TrainStep& step, int thread) {
  const PlannedNode& node = plan_.nodes[at(step.index)];
  if (step.kind != TrainStep::Kind::kBackward || !node.call.complete) return;
  node.call.complete(buffers_[at(thread * plan_.sharding.shards) * plan_.nodes.size() + at(step.index)]);
}

SampleRange TrainExecutor::own_samples(const TrainStep& step, const StepContext& context) const {
  const int block = plan_.nodes[at(step.index)].call.block;
  const auto bound = [&](int shard) { return std::min(plan_.sharding.first(shard), context.samples); };
  const SampleRange own = {bound(first_shard()), bound(end_shard())};
  const bool whole = own.first % block == 0 && (own.end % block == 0 || own.end == context.samples);
  return whole ? own : SampleRange{};
}

}  // namespace thimble
