#include "plan/plan.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/error.h"
#include "plan/lives.h"
#include "plan/segments.h"

namespace thimble {
namespace {

bool in_stream(const std::vector<Stream>& streams, int step) { return stream_of(streams, step) != nullptr; }

/// One allocation for each tensor and scratch, before any of them has a place.
std::vector<Allocation> separate_allocations(const Graph& graph, const Program& program,
                                             const std::vector<Stream>& streams, const Lives& lives) {
  std::vector<std::size_t> before(graph.tensors.size()), after(graph.tensors.size());
  for (const Stream& stream : streams) {
    for (const StreamBuffer& buffer : stream.buffers) {
      if (!buffer.whole) continue;
      const auto i = static_cast<std::size_t>(buffer.tensor);
      before[i] = std::max(before[i], aligned(buffer.bytes_before()));
      after[i] = std::max(after[i], buffer.bytes_after());
    }
  }
  std::vector<Allocation> result;
  for (std::size_t i = 0; i < graph.tensors.size(); ++i) {
    if (graph.tensors[i].constant() || lives.last[i] == -2) continue;
    const std::size_t bytes = before[i] + graph.tensors[i].bytes() + after[i];
    result.push_back({{static_cast<TensorId>(i)}, 0, bytes, lives.first[i], lives.last[i], before[i]});
  }
  for (std::size_t step = 0; step < program.size(); ++step) {
    const std::size_t bytes = program[step].call.scratch_bytes;
    if (bytes > 0 && !in_stream(streams, static_cast<int>(step)))
      result.push_back({{}, 0, bytes, static_cast<int>(step), static_cast<int>(step)});
  }
  for (const Stream& stream : streams) {
    if (stream.scratch_bytes > 0) result.push_back({{}, 0, stream.scratch_bytes, stream.first_step, stream.last_step});
  }
  return result;
}

/// Lets the output of a step take over the allocation of an input that dies in it, where the kernel allows.
void share_in_place(const Graph& graph, const Program& program, const std::vector<Stream>& streams,
                    std::vector<Allocation>& allocations) {
  const auto holder = [&](TensorId id) {
    return std::find_if(allocations.begin(), allocations.end(), [id](const Allocation& allocation) {
      return std::find(allocation.tensors.begin(), allocation.tensors.end(), id) != allocation.tensors.end();
    });
  };
  for (std::size_t step = 0; step < program.size(); ++step) {
    if (in_stream(streams, static_cast<int>(step))) continue;
    const KernelCall& call = program[step].call;
    const auto output = std::find_if(call.operands.begin(), call.operands.end(),
                                     [](const Operand& operand) { return operand.kind == Operand::Kind::kOutput; });
    if (output == call.operands.end() || graph.tensor(output->index).variable) continue;
    for (const TensorId input : call.in_place) {
      const auto from = holder(input);
      const auto to = holder(output->index);
      const int now = static_cast<int>(step);
      if (from == allocations.end() || to == allocations.end() || from == to) continue;
      if (from->last != now || to->first != now || graph.tensor(input).variable) continue;
      if (graph.tensor(output->index).bytes() > graph.tensor(input).bytes()) continue;  // find_overlaps
      const std::size_t before = std::max(from->before, to->before);
      from->bytes += before - from->before;
      to->bytes += before - to->before;
      to->before = before;
      to->tensors.insert(to->tensors.begin(), from->tensors.begin(), from->tensors.end());
      to->first = from->first;
      to->bytes = std::max(to->bytes, from->bytes);
      allocations.erase(from);
      break;
    }
  }
}

bool overlap_in_time(const Allocation& a, const Allocation& b) { return a.first <= b.last && b.first <= a.last; }

bool holds(const Allocation& allocation, TensorId id) { return std::ranges::count(allocation.tensors, id) > 0; }

/// The overlap that input allocation `a` and output allocation `b` may have, or null.
const Overlap* overlap_of(const std::vector<Overlap>& overlaps, const Allocation& a, const Allocation& b) {
  const auto found = std::ranges::find_if(overlaps, [&](const Overlap& overlap) {
    return a.last <= overlap.last && b.first >= overlap.first && holds(a, overlap.input) && holds(b, overlap.output);
  });
  return found == overlaps.end() ? nullptr : &*found;
}

/// Offsets that `allocation` cannot have because of `other`: those between the two.
std::pair<std::ptrdiff_t, std::ptrdiff_t> taken(const std::vector<Overlap>& overlaps, const Allocation& allocation,
                                                const Allocation& other) {
  const auto begin = static_cast<std::ptrdiff_t>(other.offset);
  std::ptrdiff_t low = begin - static_cast<std::ptrdiff_t>(allocation.bytes);
  std::ptrdiff_t high = begin + static_cast<std::ptrdiff_t>(other.bytes);
  const std::ptrdiff_t shift =
      static_cast<std::ptrdiff_t>(other.before) - static_cast<std::ptrdiff_t>(allocation.before);
  if (const Overlap* in = overlap_of(overlaps, other, allocation)) low = std::max(low, begin + shift - in->distance);
  if (const Overlap* out = overlap_of(overlaps, allocation, other))
    high = std::min(high, begin + shift + out->distance);
  return {low, high};
}

/// Gives each allocation, in the order of `order`, the lowest offset that is free during its life. Returns the arena's
/// size.
std::size_t first_fit(std::vector<Allocation>& allocations, const std::vector<Overlap>& overlaps,
                      const std::vector<std::size_t>& order) {
  std::vector<const Allocation*> placed;
  std::size_t arena = 0;
  for (const std::size_t index : order) {
    Allocation& allocation = allocations[index];
    std::vector<std::pair<std::ptrdiff_t, std::ptrdiff_t>> gaps;
    for (const Allocation* other : placed) {
      if (overlap_in_time(allocation, *other)) gaps.push_back(taken(overlaps, allocation, *other));
    }
    std::ranges::sort(gaps);
    std::ptrdiff_t offset = 0;
    for (const auto& [low, high] : gaps) {
      if (low < offset && offset < high) offset = static_cast<std::ptrdiff_t>(aligned(static_cast<std::size_t>(high)));
    }
    allocation.offset = static_cast<std::size_t>(offset);
    arena = std::max(arena, allocation.offset + allocation.bytes);
    placed.push_back(&allocation);
  }
  return arena;
}

/// Tries several orders and keeps the offsets of the best: which is best depends on the graph.
std::size_t place(std::vector<Allocation>& allocations, const std::vector<Overlap>& overlaps) {
  const auto size = [&](std::size_t i) { return static_cast<std::ptrdiff_t>(allocations[i].bytes); };
  const auto length = [&](std::size_t i) { return std::ptrdiff_t{allocations[i].last - allocations[i].first}; };
  const auto start = [&](std::size_t i) { return std::ptrdiff_t{allocations[i].first}; };
  using Key = std::pair<std::ptrdiff_t, std::ptrdiff_t>;
  const auto by_size = [&](std::size_t i) { return Key{-size(i), start(i)}; };
  const auto by_length = [&](std::size_t i) { return Key{-length(i), -size(i)}; };
  const auto by_start = [&](std::size_t i) { return Key{start(i), -size(i)}; };
  std::size_t best_arena = std::numeric_limits<std::size_t>::max();
  std::vector<Allocation> best;
  const auto attempt = [&](const auto& key) {
    std::vector<std::size_t> order(allocations.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    std::vector<Allocation> candidate = allocations;
    const std::size_t arena = first_fit(candidate, overlaps, order);
    if (arena >= best_arena) return;
    best_arena = arena;
    best = std::move(candidate);
  };
  attempt(by_size);
  attempt(by_length);
  attempt(by_start);
  allocations = std::move(best);
  return best_arena;
}

/// No two allocations at the same time in the same place: simply one after the other.
std::size_t place_apart(std::vector<Allocation>& allocations) {
  std::size_t offset = 0;
  for (Allocation& allocation : allocations) {
    allocation.offset = offset;
    offset = aligned(offset + allocation.bytes);
  }
  return offset;
}

/// Allocations that have no place yet.
Plan unplaced(const Graph& graph, const Program& program, std::vector<Stream> streams, CallerMemory caller) {
  Plan plan;
  plan.caller = caller;
  plan.buffers = caller_buffers(graph, program, caller);
  plan.streams = std::move(streams);
  const Lives lives(graph, program, plan.streams, plan.buffers);
  plan.allocations = separate_allocations(graph, program, plan.streams, lives);
  return plan;
}

/// Puts the caller's buffers behind the arena.
void place_buffers(Plan& plan, const Graph& graph) {
  if (!plan.caller.any()) return;
  std::size_t end = aligned(plan.arena_bytes) + kArenaAlignment;
  const auto place = [&](const std::vector<TensorId>& ids) {
    for (const TensorId id : ids) {
      plan.buffer_offsets.push_back(static_cast<std::ptrdiff_t>(end));
      end += aligned(graph.tensor(id).bytes());
    }
  };
  if (plan.caller.inputs) place(graph.inputs);
  if (plan.caller.outputs) place(graph.outputs);
  plan.buffer_bytes = end - plan.arena_bytes;
  for (std::size_t i = 0; i < plan.buffers.size(); ++i) {
    if (plan.buffers[i] >= 0) plan.tensor_offsets[i] = plan.buffer_offsets[static_cast<std::size_t>(plan.buffers[i])];
  }
}

/// Says where everything lies, once the allocations have their places.
void set_offsets(Plan& plan, const Graph& graph, const Program& program) {
  plan.tensor_offsets.assign(graph.tensors.size(), -1);
  place_buffers(plan, graph);
  plan.scratch_offsets.assign(program.size(), -1);
  for (const Allocation& allocation : plan.allocations) {
    const auto offset = static_cast<std::ptrdiff_t>(allocation.offset + allocation.before);
    for (const TensorId id : allocation.tensors) plan.tensor_offsets[static_cast<std::size_t>(id)] = offset;
    if (allocation.tensors.empty()) plan.scratch_offsets[static_cast<std::size_t>(allocation.first)] = offset;
  }
  for (const Step& step : program) {
    const std::vector<Operand>& operands = step.call.operands;
    const bool same = step.call.copy && operands.size() == 2 && !graph.tensor(operands[0].index).constant() &&
                      plan.tensor_offsets[static_cast<std::size_t>(operands[0].index)] ==
                          plan.tensor_offsets[static_cast<std::size_t>(operands[1].index)];
    plan.elided.push_back(same || in_stream(plan.streams, static_cast<int>(plan.elided.size())));
  }
}

}  // namespace

Plan make_plan_with_streams(const Graph& graph, const Program& program, std::vector<Stream> streams,
                            CallerMemory caller) {
  Plan plan = unplaced(graph, program, std::move(streams), caller);
  share_in_place(graph, program, plan.streams, plan.allocations);
  plan.overlaps = find_overlaps(graph, program, plan.streams);
  plan.arena_bytes = plan.allocations.empty() ? 0 : place(plan.allocations, plan.overlaps);
  set_offsets(plan, graph, program);
  return plan;
}

Plan make_plan(const Graph& graph, const Program& program, const PlanOptions& options,
               const LowerOptions& lower_options) {
  if (!options.reuse) {
    Plan apart = unplaced(graph, program, {}, options.caller);
    apart.arena_bytes = place_apart(apart.allocations);
    set_offsets(apart, graph, program);
    return apart;
  }
  if (!options.by_rows) return make_plan_with_streams(graph, program, {}, options.caller);
  return options.limit ? plan_within(*options.limit, graph, program, lower_options, options.caller)
                       : smallest_plan(graph, program, lower_options, options.caller);
}

std::vector<Overlap> find_overlaps(const Graph& graph, const Program& program, const std::vector<Stream>& streams) {
  std::vector<Overlap> result;
  for (std::size_t i = 0; i < program.size(); ++i) {
    const int step = static_cast<int>(i);
    if (in_stream(streams, step) || program[i].call.in_place.empty()) continue;
    const auto& operands = program[i].call.operands;
    const auto output = std::ranges::find(operands, Operand::Kind::kOutput, &Operand::kind);
    for (const TensorId input : program[i].call.in_place) {
      const auto more = static_cast<std::ptrdiff_t>(graph.tensor(output->index).bytes()) -
                        static_cast<std::ptrdiff_t>(graph.tensor(input).bytes());
      if (more > 0) result.push_back({input, output->index, more, step, step});
    }
  }
  for (const Stream& stream : streams) result.insert(result.end(), stream.overlaps.begin(), stream.overlaps.end());
  return result;
}

const Stream* stream_of(const std::vector<Stream>& streams, int step) {
  const auto found = std::find_if(streams.begin(), streams.end(), [step](const Stream& stream) {
    return stream.first_step <= step && step <= stream.last_step;
  });
  return found == streams.end() ? nullptr : &*found;
}

std::size_t bytes_in_use(const Plan& plan, int step) {
  std::vector<std::pair<std::size_t, std::size_t>> pieces;
  for (const Allocation& allocation : plan.allocations) {
    if (allocation.first <= step && step <= allocation.last) {
      pieces.emplace_back(allocation.offset, allocation.offset + allocation.bytes);
    }
  }
  std::ranges::sort(pieces);
  std::size_t bytes = 0, end = 0;
  for (const auto& [first, last] : pieces) {
    bytes += std::max(end, last) - std::max(end, first);
    end = std::max(end, last);
  }
  return bytes;
}

std::size_t offset_of(const Plan& plan, const Stream& stream, std::size_t buffer) {
  const StreamBuffer& rows = stream.buffers[buffer];
  if (rows.rows.caller > 0) return 0;
  if (rows.whole) {
    return static_cast<std::size_t>(plan.tensor_offsets[static_cast<std::size_t>(rows.tensor)]) - rows.bytes_before();
  }
  return static_cast<std::size_t>(plan.scratch_offsets[static_cast<std::size_t>(stream.first_step)]) + rows.offset;
}

void verify(const Plan& plan, const Graph& graph, const Program& program) {
  for (std::size_t i = 0; i < plan.allocations.size(); ++i) {
    const Allocation& a = plan.allocations[i];
    ensure(a.offset + a.bytes <= plan.arena_bytes, "an allocation ends at {} of {}", a.offset + a.bytes,
           plan.arena_bytes);
    for (const TensorId id : a.tensors) {
      ensure(a.before + graph.tensor(id).bytes() <= a.bytes, "'{}' does not fit its place", graph.tensor(id).name);
    }
    for (std::size_t j = 0; j < i; ++j) {
      const Allocation& b = plan.allocations[j];
      const auto [low, high] = taken(plan.overlaps, a, b);
      const auto offset = static_cast<std::ptrdiff_t>(a.offset);
      ensure(!overlap_in_time(a, b) || offset <= low || offset >= high, "allocations {} and {} overlap", j, i);
    }
  }
  for (std::size_t i = 0; i < program.size(); ++i) {
    if (in_stream(plan.streams, static_cast<int>(i))) continue;
    for (const Operand& operand : program[i].call.operands) {
      const bool tensor = operand.kind == Operand::Kind::kInput || operand.kind == Operand::Kind::kOutput;
      ensure(!tensor || graph.tensor(operand.index).constant() ||
                 plan.tensor_offsets[static_cast<std::size_t>(operand.index)] >= 0,
             "'{}' has no place", tensor ? graph.tensor(operand.index).name : "");
    }
  }
}

}  // namespace thimble
