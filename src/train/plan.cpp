#include "train/plan.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "ops/op.h"
#include "train/aligned_floats.h"
#include "train/arena_layout.h"
#include "train/stages.h"

namespace thimble {
namespace {

std::size_t at(int index) { return static_cast<std::size_t>(index); }

class Planner {
 public:
  Planner(const Graph& graph, const std::vector<TensorId>& outputs, int batch, bool fuse, int least_shards,
          bool keep_input)
      : graph_(graph),
        outputs_(outputs),
        batch_(batch),
        fuse_(fuse),
        least_shards_(least_shards),
        keep_input_(keep_input) {}

  TrainPlan run() {
    find_needed();
    if (fuse_) merge_activations();
    sink_activations();
    if (fuse_ && !keep_input_) fuse_front();
    place_parameters();
    cut_into_shards();
    compile_nodes();
    make_values();
    plan_forward();
    plan_backward();
    make_stages();
    lay_out();
    return std::move(plan_);
  }

 private:
  void find_needed() {
    std::vector<bool> needed(graph_.tensors.size(), false);
    for (const TensorId output : outputs_) needed[at(output)] = true;
    for (auto node = graph_.nodes.rbegin(); node != graph_.nodes.rend(); ++node) {
      if (!needed[at(node->outputs[0])]) continue;
      for (const TensorId id : node->inputs) {
        if (id != kNoTensor) needed[at(id)] = true;
      }
      order_.insert(order_.begin(), *node);
    }
    for (const TensorId input : graph_.inputs) {
      require(needed[at(input)], "the model's output does not depend on its input '{}'", graph_.tensor(input).name);
    }
    for (const Node& node : order_) {
      for (const TensorId id : node.inputs) {
        if (id == kNoTensor || !graph_.tensor(id).constant()) continue;
        if (graph_.tensor(id).type == Type::kFloat32 && slots_[id].kind == TrainSlot::Kind::kNone) {
          slots_[id].kind = TrainSlot::Kind::kParameter;
          constants_.push_back(id);
        }
      }
    }
  }

  /// conv + relu, max pool -> conv, max pool + relu.
  void sink_activations() {
    for (Node& node : order_) {
      const Op& op = op_of(node);
      if (op.train == nullptr || !op.train->selects_greatest || node.attributes.text("activation") != "NONE") continue;
      const TensorId input = node.inputs[0];
      const auto reads = [&](const Node& other) { return std::ranges::count(other.inputs, input) > 0; };
      const auto producer = std::ranges::find_if(order_, [&](const Node& other) { return other.outputs[0] == input; });
      if (producer == order_.end() || !producer->attributes.has("activation")) continue;
      if (is_output(input) || std::ranges::count_if(order_, reads) != 1) continue;
      node.attributes.set("activation", producer->attributes.text("activation"));
      producer->attributes.set("activation", std::string("NONE"));
    }
  }

  /// ReLU goes into the node before it.
  void merge_activations() {
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const Node node = order_[i];
      const TrainKernels* kernels = op_of(node).train;
      if (kernels == nullptr || kernels->activation == nullptr || only_reader(node.inputs[0]) == nullptr) continue;
      const auto producer =
          std::ranges::find_if(order_, [&](const Node& other) { return other.outputs[0] == node.inputs[0]; });
      if (producer == order_.end() || op_of(*producer).train == nullptr) continue;
      const Attributes& attributes = producer->attributes;
      const bool free = attributes.has("activation") ? attributes.text("activation") == "NONE"
                                                     : op_of(*producer).train->takes_activation;
      if (!free) continue;
      producer->attributes.set("activation", std::string(kernels->activation));
      producer->outputs = node.outputs;
      order_.erase(order_.begin() + static_cast<std::ptrdiff_t>(i--));
    }
  }

  bool is_output(TensorId tensor) const { return std::ranges::count(outputs_, tensor) > 0; }

  /// The one node that reads `tensor`, and reads it once; null: there are more, or it is the output.
  Node* only_reader(TensorId tensor) {
    Node* reader = nullptr;
    for (Node& node : order_) {
      const auto reads = std::ranges::count(node.inputs, tensor);
      if (is_output(tensor) || reads > 1 || (reads == 1 && reader)) return nullptr;
      if (reads == 1) reader = &node;
    }
    return reader;
  }

  bool is_view(const Node& node) const {
    const TrainKernels* kernels = op_of(node).train;
    return kernels && kernels->compile && kernels->compile({graph_, node}, 1).view;
  }

  /// The first nodes become two calls, where there are kernels for them: order_ begins with the two, whose names and
  /// outputs are those of the first and of the last node that they stand for.
  void fuse_front() {
    if (graph_.inputs.size() != 1) return;
    std::vector<Node> chain, views;
    for (TensorId id = graph_.inputs[0]; chain.size() < 3;) {
      const Node* reader = only_reader(id);
      if (reader == nullptr || reader->inputs[0] != id) return;
      (is_view(*reader) ? views : chain).push_back(*reader);
      id = reader->outputs[0];
    }
    const TrainKernels* kernels = op_of(chain[0]).train;
    if (kernels == nullptr || kernels->compile_front == nullptr) return;
    const NodeView nodes[] = {{graph_, chain[0]}, {graph_, chain[1]}, {graph_, chain[2]}};
    front_ = kernels->compile_front({nodes, std::size(nodes)}, batch_);
    if (!front_) return;
    chain.insert(chain.end(), views.begin(), views.end());
    std::erase_if(order_, [&](const Node& node) {
      return std::ranges::any_of(chain, [&](const Node& other) { return other.outputs == node.outputs; });
    });
    chain[0].inputs = {graph_.inputs[0]};
    chain[0].inputs.insert(chain[0].inputs.end(), front_->inputs.begin(), front_->inputs.end());
    chain[2].inputs = {chain[0].outputs[0], front_->end_input};
    order_.insert(order_.begin(), {chain[0], chain[2]});
  }

  bool of_front(TensorId id) const { return front_ && std::ranges::count(front_->inputs, id) > 0; }

  void place_parameters() {
    std::stable_partition(constants_.begin(), constants_.end(),
                          [&](TensorId id) { return graph_.tensor(id).trainable; });
    std::stable_partition(constants_.begin(), constants_.end(),
                          [&](TensorId id) { return graph_.tensor(id).trainable && of_front(id); });
    for (const TensorId id : constants_) {
      const Tensor& tensor = graph_.tensor(id);
      const auto count = static_cast<std::size_t>(tensor.elements());
      ParameterPlace place = {id, plan_.all, count, count};
      if (front_ && id == front_->inputs.back()) {
        place.columns = static_cast<std::size_t>(tensor.shape[1]);
        place.packed = static_cast<std::size_t>(front_->packed);
        place.floats = place.columns * place.packed;
      }
      plan_.parameters.push_back(place);
      slots_[id] = {TrainSlot::Kind::kParameter, plan_.all, place.floats};
      plan_.all += AlignedFloats::round_up(place.floats);
      if (!tensor.trainable) continue;
      plan_.trainable = plan_.all;
      if (of_front(id)) plan_.whole_batch_trainable = plan_.all;
      wants_gradient_[id] = true;
      gradients_[id] = slots_[id];
    }
    require(plan_.trainable > 0, "the model has no weights to train");
  }

  void cut_into_shards() {
    std::size_t largest = 0;
    for (const TensorId input : graph_.inputs) largest = std::max(largest, size_of(input));
    for (const Node& node : order_) largest = std::max(largest, size_of(node.outputs[0]));
    plan_.sharding = Sharding(batch_, largest, plan_.trainable, least_shards_);
  }

  void compile_nodes() {
    if (front_) calls_ = {front_->call, front_->end};
    for (const Node& node : std::span(order_).subspan(calls_.size())) {
      const Op& op = op_of(node);
      require(op.train != nullptr && op.train->compile != nullptr, "layer '{}': {} cannot be trained through",
              node.name, node.op);
      TrainCall call = with_context(fmt::format("layer '{}'", node.name),
                                    [&] { return op.train->compile(NodeView(graph_, node), plan_.sharding.samples); });
      if (call.view) roots_[node.outputs[0]] = root(node.inputs[0]);
      calls_.push_back(std::move(call));
    }
  }

  /// The tensor whose memory `id` is a view of; mostly itself.
  TensorId root(TensorId id) const {
    const auto found = roots_.find(id);
    return found == roots_.end() ? id : found->second;
  }

  std::size_t size_of(TensorId id) const {
    const bool sums = front_ && id == order_[0].outputs[0];
    return sums ? front_->sums : static_cast<std::size_t>(graph_.tensor(id).elements());
  }

  void make_values() {
    for (const TensorId input : graph_.inputs) {
      slots_[input] = layout_.add(size_of(input));
      plan_.inputs.push_back(slots_[input]);
      plan_.sample += slots_[input].size;
    }
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const TensorId output = order_[i].outputs[0];
      require(graph_.tensor(output).type == Type::kFloat32, "layer '{}' is {}; training is for float models",
              order_[i].name, name_of(graph_.tensor(output).type));
      if (!calls_[i].view) {
        slots_[output] = layout_.add(size_of(output));
        plan_.nodes.push_back(planned(i));
      }
      for (const TensorId id : order_[i].inputs) {
        if (id != kNoTensor && wants_gradient_[root(id)]) wants_gradient_[root(output)] = true;
      }
    }
    for (const TensorId output : outputs_) plan_.outputs.push_back(slots_[root(output)]);
  }

  PlannedNode planned(std::size_t i) {
    PlannedNode node;
    node.call = calls_[i];
    node.result = order_[i].outputs[0];
    // One workspace for the whole batch: as much a sample as it takes together.
    const std::size_t floats = AlignedFloats::round_up(node.call.workspace);
    const auto samples = static_cast<std::size_t>(batch_);
    node.workspace = node.call.whole_batch ? layout_.add((floats + samples - 1) / samples) : layout_.add(floats, true);
    plan_.scratch = std::max(plan_.scratch, AlignedFloats::round_up(node.call.scratch));
    node.sums = plan_.batch_sums;
    plan_.batch_sums += 2 * node.call.sums;
    for (const TensorId id : order_[i].inputs) {
      node.inputs.push_back(id == kNoTensor ? TrainSlot{} : slots_[root(id)]);
      node.state.push_back(id != kNoTensor && slots_[id].kind == TrainSlot::Kind::kParameter &&
                           !graph_.tensor(id).trainable);
    }
    node.output = slots_[node.result];
    return node;
  }

  void plan_forward() {
    if (!front_) forward_.push_back({TrainStep::Kind::kRead});
    for (int i = 0; i < std::ssize(plan_.nodes); ++i) {
      if (plan_.nodes[at(i)].call.sums > 0) forward_.push_back({TrainStep::Kind::kForwardSums, i});
      forward_.push_back({TrainStep::Kind::kForward, i});
    }
    forward_.push_back({TrainStep::Kind::kLoss});
  }

  /// Backward runs the nodes from the last to the first. The first of those that read a tensor writes its gradient;
  /// what later ones write elsewhere is added to it.
  void plan_backward() {
    plan_.gradients = plan_.trainable;
    for (const TensorId output : outputs_) {
      const TensorId last = root(output);
      require(wants_gradient_[last], "the model's output '{}' does not depend on any weight",
              graph_.tensor(output).name);
      require(!gradients_.contains(last), "the model's output '{}' is another output once more",
              graph_.tensor(output).name);
      gradients_[last] = layout_.add(size_of(last));
      plan_.output_gradients.push_back(gradients_[last]);
    }
    std::size_t planned_index = plan_.nodes.size();
    for (std::size_t i = order_.size(); i-- > 0;) {
      if (calls_[i].view) continue;
      PlannedNode& node = plan_.nodes[--planned_index];
      node.input_gradients.assign(node.inputs.size(), {});
      const TensorId output = order_[i].outputs[0];
      if (!wants_gradient_[output]) continue;
      node.output_gradient = gradients_[output];
      const int index = static_cast<int>(planned_index);
      if (node.call.sums > 0) backward_.push_back({TrainStep::Kind::kBackwardSums, index});
      backward_.push_back({TrainStep::Kind::kBackward, index});
      for (std::size_t k = 0; k < node.inputs.size(); ++k) {
        if (order_[i].inputs[k] != kNoTensor) plan_gradient(node, k, root(order_[i].inputs[k]));
      }
    }
  }

  void plan_gradient(PlannedNode& node, std::size_t k, TensorId id) {
    if (!wants_gradient_[id]) return;
    const bool parameter = slots_[id].kind == TrainSlot::Kind::kParameter;
    const bool first = parameter ? written_.insert(id).second : !gradients_.contains(id);
    if (first) {
      if (!parameter) gradients_[id] = layout_.add(size_of(id));
      node.input_gradients[k] = gradients_[id];
      return;
    }
    node.input_gradients[k] = parameter ? take_addend(id) : layout_.add(size_of(id));
    backward_.push_back({TrainStep::Kind::kAdd, static_cast<int>(plan_.sums.size())});
    plan_.sums.push_back({gradients_[id], node.input_gradients[k]});
  }

  /// A place for what is added to the gradient of shared weights.
  TrainSlot take_addend(TensorId id) {
    const std::size_t size = slots_[id].size;
    return {TrainSlot::Kind::kParameter,
            std::exchange(plan_.gradients, plan_.gradients + AlignedFloats::round_up(size)), size};
  }

  void make_stages() {
    plan_.inference = stages_of(plan_, forward_);
    std::vector<TrainStep> all = forward_;
    all.insert(all.end(), backward_.begin(), backward_.end());
    plan_.training = stages_of(plan_, all);
    for (TrainStage& stage : plan_.inference) {
      std::erase_if(stage.steps, [](const TrainStep& step) { return step.kind == TrainStep::Kind::kForwardSums; });
    }
    if (fuse_) leave_out_cheap_outputs(plan_, layout_);
  }

  void lay_out() {
    int number = 0;
    for (int s = 0; s < std::ssize(plan_.training); ++s) {
      for (const TrainStep& step : plan_.training[at(s)].steps) {
        for (const TrainSlot& slot : values_of(plan_, step, !fuse_)) layout_.use(slot, s, number);
        ++number;
      }
    }
    layout_.place(plan_.sharding);
    plan_.batch_arena = layout_.batch_arena();
    plan_.local_arena = layout_.local_arena() + plan_.scratch;
    std::vector<TrainSlot> joint;
    if (front_) joint = {plan_.nodes[0].output, plan_.nodes[0].output_gradient};
    const auto resolve = [&](TrainSlot& slot) {
      const auto found = std::ranges::find_if(joint, [&](const TrainSlot& s) { return same(s, slot); });
      const TrainSlot place = layout_.resolved(slot);
      slot = found == joint.end() ? place : joint_place(place, static_cast<std::size_t>(found - joint.begin()));
    };
    for (PlannedNode& node : plan_.nodes) {
      std::ranges::for_each(node.inputs, resolve);
      std::ranges::for_each(node.input_gradients, resolve);
      resolve(node.output);
      resolve(node.output_gradient);
      resolve(node.workspace);
    }
    for (PlannedSum& sum : plan_.sums) {
      resolve(sum.target);
      resolve(sum.addend);
    }
    std::ranges::for_each(plan_.inputs, resolve);
    std::ranges::for_each(plan_.outputs, resolve);
    std::ranges::for_each(plan_.output_gradients, resolve);
  }

  /// The front's values lie one after the other.
  TrainSlot joint_place(const TrainSlot& slot, std::size_t number) {
    const std::size_t floats = AlignedFloats::round_up(slot.size * ArenaLayout::whole_blocks(batch_));
    plan_.joint_arena = std::max(plan_.joint_arena, (number + 1) * floats);
    return {TrainSlot::Kind::kJoint, number * floats, slot.size};
  }

  const Graph& graph_;
  std::vector<TensorId> outputs_;
  int batch_;
  bool fuse_;
  int least_shards_;
  bool keep_input_;
  TrainPlan plan_;
  ArenaLayout layout_;
  std::optional<TrainFront> front_;
  std::vector<Node> order_;       // the nodes that the output needs
  std::vector<TrainCall> calls_;  // of each of them
  std::vector<TensorId> constants_;
  std::map<TensorId, TensorId> roots_;
  std::map<TensorId, TrainSlot> slots_;
  std::map<TensorId, TrainSlot> gradients_;
  std::map<TensorId, bool> wants_gradient_;
  std::set<TensorId> written_;  // the parameters whose gradient a node writes
  std::vector<TrainStep> forward_, backward_;
};

}  // namespace

void ParameterPlace::put(std::span<const float> values, float* memory) const {
  ensure(values.size() == count, "{} values for a parameter of {}", values.size(), count);
  float* to = memory + offset;
  if (columns == 0) {
    std::ranges::copy(values, to);
    return;
  }
  for (std::size_t i = 0; i < count; ++i) to[i % columns * packed + i / columns] = values[i];
}

std::vector<float> ParameterPlace::get(const float* memory) const {
  const float* from = memory + offset;
  if (columns == 0) return std::vector<float>(from, from + count);
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) values[i] = from[i % columns * packed + i / columns];
  return values;
}

ParameterRange TrainPlan::of_front(int part, int parts) const {
  const std::size_t place = front()->inputs.back().offset;
  if (place >= trainable) return {};
  const std::size_t first = front()->call.first_float(part, parts);
  return {place + first, front()->call.first_float(part + 1, parts) - first};
}

TrainPlan plan_training(const Graph& graph, const std::vector<TensorId>& outputs, int batch, bool fuse,
                        int least_shards, bool keep_input) {
  return Planner(graph, outputs, batch, fuse, least_shards, keep_input).run();
}

}  // namespace thimble
