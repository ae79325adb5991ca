#include "plan/order.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace thimble {
namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

/// What a node makes and needs.
class Work {
 public:
  explicit Work(const Graph& graph) : graph_(graph), readers_(graph.tensors.size()), producers_(producers(graph)) {
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
      for (const TensorId id : graph.nodes[n].inputs) {
        if (id != kNoTensor && std::ranges::count(readers_[at(id)], n) == 0) readers_[at(id)].push_back(n);
      }
    }
  }

  /// Whether all that node `n` reads is there once the nodes of `done` have run.
  bool is_ready(std::size_t n, const std::vector<bool>& done) const {
    return std::ranges::all_of(graph_.nodes[n].inputs, [&](TensorId id) {
      return id == kNoTensor || producers_[at(id)] < 0 || done[at(producers_[at(id)])];
    });
  }
  std::size_t made_by(std::size_t n) const {
    std::size_t bytes = 0;
    for (const TensorId id : graph_.nodes[n].outputs) bytes += graph_.tensor(id).bytes();
    return bytes;
  }
  /// Of tensors that nobody reads any more after node `n`, when those of `done` and `n` have run.
  std::size_t freed_by(std::size_t n, const std::vector<bool>& done) const {
    std::size_t bytes = 0;
    std::vector<TensorId> touched = graph_.nodes[n].inputs;
    touched.insert(touched.end(), graph_.nodes[n].outputs.begin(), graph_.nodes[n].outputs.end());
    std::ranges::sort(touched);
    touched.erase(std::unique(touched.begin(), touched.end()), touched.end());
    for (const TensorId id : touched) {
      if (id == kNoTensor || graph_.tensor(id).constant() || std::ranges::count(graph_.outputs, id) > 0) continue;
      const bool read_later =
          std::ranges::any_of(readers_[at(id)], [&](std::size_t reader) { return reader != n && !done[reader]; });
      if (!read_later) bytes += graph_.tensor(id).bytes();
    }
    return bytes;
  }
  std::size_t at_first() const {
    std::size_t bytes = 0;
    for (const TensorId id : graph_.inputs) bytes += graph_.tensor(id).bytes();
    return bytes;
  }

 private:
  const Graph& graph_;
  std::vector<std::vector<std::size_t>> readers_;
  std::vector<int> producers_;
};

/// Nodes that have run, in the best order for it.
struct State {
  std::size_t peak = 0;
  std::size_t alive = 0;
  std::vector<std::size_t> order;
};

/// The order with the lowest peak, the first of several by the nodes' numbers; empty: there are too many states.
State best_order(const Graph& graph) {
  const Work work(graph);
  std::map<std::vector<bool>, State> states = {
      {std::vector<bool>(graph.nodes.size()), {work.at_first(), work.at_first(), {}}}};
  for (std::size_t count = 0; count < graph.nodes.size(); ++count) {
    std::map<std::vector<bool>, State> next;
    for (const auto& [done, state] : states) {
      for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
        if (done[n] || !work.is_ready(n, done)) continue;
        const std::size_t with_outputs = state.alive + work.made_by(n);
        State after{std::max(state.peak, with_outputs), with_outputs - work.freed_by(n, done), state.order};
        after.order.push_back(n);
        std::vector<bool> also = done;
        also[n] = true;
        const auto [known, is_new] = next.emplace(std::move(also), after);
        if (!is_new && std::tie(after.peak, after.order) < std::tie(known->second.peak, known->second.order)) {
          known->second = std::move(after);
        }
      }
      if (next.size() > kMostOrderStates) return {};
    }
    states = std::move(next);
  }
  return states.begin()->second;
}

}  // namespace

std::size_t peak_bytes(const Graph& graph) {
  const Work work(graph);
  std::vector<bool> done(graph.nodes.size());
  std::size_t alive = work.at_first(), peak = alive;
  for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
    alive += work.made_by(n);
    peak = std::max(peak, alive);
    alive -= work.freed_by(n, done);
    done[n] = true;
  }
  return peak;
}

bool order_for_memory(Graph& graph) {
  if (std::ranges::any_of(graph.tensors, &Tensor::variable)) return false;
  const State best = best_order(graph);
  if (best.order.size() != graph.nodes.size() || best.peak >= peak_bytes(graph)) return false;
  std::vector<Node> nodes;
  for (const std::size_t n : best.order) nodes.push_back(std::move(graph.nodes[n]));
  graph.nodes = std::move(nodes);
  return true;
}

}  // namespace thimble
