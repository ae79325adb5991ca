#include "train/stages.h"

#include <algorithm>
#include <map>
#include <set>

namespace thimble {
namespace {

using Kind = TrainStep::Kind;

const PlannedNode& node_of(const TrainPlan& plan, int index) { return plan.nodes[static_cast<std::size_t>(index)]; }

bool makes_sums(const TrainStep& step) { return step.kind == Kind::kForwardSums || step.kind == Kind::kBackwardSums; }

bool reads(const TrainPlan& plan, const PlannedNode& node, int maker) {
  return std::ranges::any_of(node.inputs,
                             [&](const TrainSlot& slot) { return same(slot, node_of(plan, maker).output); });
}

/// Runs cheap nodes before the first step that reads what they make, and before them the cheap ones that they read.
void make_again(const TrainPlan& plan, const std::set<int>& left_out, TrainStage& stage) {
  std::set<int> made;
  std::vector<TrainStep> steps;
  const auto make = [&](const auto& self, const TrainSlot& slot) -> void {
    for (const int maker : left_out) {
      if (!same(slot, node_of(plan, maker).output) || !made.insert(maker).second) continue;
      for (const TrainSlot& input : node_of(plan, maker).inputs) self(self, input);
      steps.push_back({Kind::kForwardAgain, maker});
    }
  };
  for (const TrainStep& step : stage.steps) {
    for (const TrainSlot& slot : values_of(plan, step, false)) make(make, slot);
    steps.push_back(step);
  }
  stage.steps = steps;
}

}  // namespace

std::vector<TrainStage> stages_of(const TrainPlan& plan, const std::vector<TrainStep>& steps) {
  std::vector<TrainStage> stages;
  for (const TrainStep& step : steps) {
    const bool runs_node = step.kind == Kind::kForward || step.kind == Kind::kBackward;
    const bool whole = runs_node && node_of(plan, step.index).call.whole_batch;
    const auto waits_for = [&](const TrainStep& sums) { return runs_node && sums.index == step.index; };
    if (stages.empty() || whole || stages.back().whole_batch || std::ranges::any_of(stages.back().sums, waits_for)) {
      stages.push_back({whole, {}, {}});
    }
    stages.back().steps.push_back(step);
    if (makes_sums(step)) stages.back().sums.push_back(step);
  }
  return stages;
}

std::vector<TrainSlot> values_of(const TrainPlan& plan, const TrainStep& step, bool keep) {
  const auto index = static_cast<std::size_t>(step.index);
  if (step.kind == Kind::kRead) return plan.inputs;
  if (step.kind == Kind::kLoss) {
    std::vector<TrainSlot> values = plan.outputs;
    values.insert(values.end(), plan.output_gradients.begin(), plan.output_gradients.end());
    if (!plan.nodes[0].call.reads_samples) values.push_back(plan.inputs[0]);  // of an autoencoder
    return values;
  }
  if (step.kind == Kind::kAdd) {
    const PlannedSum& sum = plan.sums[index];
    if (sum.target.kind == TrainSlot::Kind::kParameter) return {};
    return {sum.target, sum.addend};
  }
  const PlannedNode& node = plan.nodes[index];
  const bool sums = makes_sums(step), back = step.kind == Kind::kBackward || step.kind == Kind::kBackwardSums;
  std::vector<TrainSlot> values;
  if (!back || sums || node.call.reads_inputs || keep) values = node.inputs;
  if (node.call.reads_samples && !values.empty()) values.erase(values.begin());
  if (back ? node.call.reads_output || keep : !sums) values.push_back(node.output);
  if (back) values.push_back(node.output_gradient);
  if (back && !sums) values.insert(values.end(), node.input_gradients.begin(), node.input_gradients.end());
  if (!sums && node.call.workspace > 0) values.push_back(node.workspace);
  std::erase_if(values, [](const TrainSlot& slot) {
    return slot.kind == TrainSlot::Kind::kNone || slot.kind == TrainSlot::Kind::kParameter;
  });
  return values;
}

void leave_out_cheap_outputs(TrainPlan& plan, ArenaLayout& layout) {
  std::map<int, int> stage_of;  // of forward, of each node
  std::set<int> left_out;
  for (int s = 0; s < std::ssize(plan.training); ++s) {
    for (const TrainStep& step : plan.training[static_cast<std::size_t>(s)].steps) {
      if (step.kind == Kind::kLoss) {
        std::erase_if(left_out, [&](int maker) {
          return std::ranges::any_of(
              plan.outputs, [&](const TrainSlot& output) { return same(node_of(plan, maker).output, output); });
        });
      }
      if (step.kind != Kind::kForward && step.kind != Kind::kForwardSums) continue;
      std::erase_if(left_out,
                    [&](int maker) { return stage_of[maker] != s && reads(plan, node_of(plan, step.index), maker); });
      if (step.kind == Kind::kForwardSums) continue;
      stage_of[step.index] = s;
      if (node_of(plan, step.index).call.cheap) left_out.insert(step.index);
    }
  }
  for (TrainStage& stage : plan.training) {
    const auto is_forward = [](const TrainStep& step) { return step.kind == Kind::kForward; };
    if (!stage.whole_batch && std::ranges::none_of(stage.steps, is_forward)) make_again(plan, left_out, stage);
  }
  for (const int maker : left_out) layout.make_local(node_of(plan, maker).output);
}

}  // namespace thimble
