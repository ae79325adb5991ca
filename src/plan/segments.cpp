#include "plan/segments.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "base/printable.h"
#include "plan/lives.h"

namespace thimble {
namespace {

std::size_t at(int i) { return static_cast<std::size_t>(i); }

constexpr int kMostSteps = 80;     // in one stream that may end anywhere; longer ones are as long as they can be
constexpr int kMostAttempts = 12;  // plans that are laid out, for one that the estimate calls small enough

/// Steps first to last, alone or as a stream.
struct Segment {
  int first = 0;
  int last = 0;
  std::size_t bytes = 0;  // in use while it runs, if nothing is lost between tensors
  double work = 0;        // more than that of the steps one by one, in instructions or so
  std::optional<Stream> stream;
};

/// All segments that a program may be cut into, and the best ways to cut it.
class Segments {
 public:
  Segments(const Graph& graph, const Program& program, const LowerOptions& options, CallerMemory caller)
      : graph_(graph),
        program_(program),
        lives_(graph, program, {}, caller_buffers(graph, program, caller)),
        starting_(program.size()) {
    StreamFactory factory(graph, program, options, caller);
    const int steps = static_cast<int>(program.size());
    const auto overlaps = find_overlaps(graph, program, {});
    for (int first = 0; first < steps; ++first) {
      add({first,
           first,
           bytes_of(first, first, program[at(first)].call.scratch_bytes, {}, step_overlaps(first, overlaps)),
           0,
           {}});
      const auto longest = factory.make(first, steps - 1);
      if (!longest) continue;
      const bool every_end = longest->last_step - first < kMostSteps;
      for (int last = every_end ? first + 1 : longest->last_step; last <= longest->last_step; ++last) {
        std::optional<Stream> stream = last == longest->last_step ? longest : factory.make(first, last);
        if (stream && stream->last_step == last) add_stream(std::move(*stream));
      }
    }
  }

  /// The streams of the cut with the least work in which no segment takes more than `limit`; none: there is no such
  /// cut.
  std::optional<std::vector<Stream>> choose(std::size_t limit) const {
    constexpr double kNever = std::numeric_limits<double>::infinity();
    std::vector<double> work(program_.size() + 1, kNever);
    std::vector<const Segment*> best(program_.size() + 1, nullptr);
    work[0] = 0;
    for (std::size_t first = 0; first < program_.size(); ++first) {
      for (const Segment& segment : starting_[first]) {
        if (segment.bytes > limit || work[first] + segment.work >= work[at(segment.last) + 1]) continue;
        work[at(segment.last) + 1] = work[first] + segment.work;
        best[at(segment.last) + 1] = &segment;
      }
    }
    if (work.back() == kNever) return {};
    std::vector<Stream> streams;
    for (std::size_t end = program_.size(); end > 0; end = at(best[end]->first)) {
      if (best[end]->stream) streams.push_back(*best[end]->stream);
    }
    std::ranges::reverse(streams);
    return streams;
  }

  /// What a limit may be, without changing anything: the bytes of all segments, from the least on.
  std::vector<std::size_t> sizes() const {
    std::vector<std::size_t> result;
    for (const auto& segments : starting_) {
      for (const Segment& segment : segments) result.push_back(segment.bytes);
    }
    std::ranges::sort(result);
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
  }

 private:
  void add(Segment segment) { starting_[at(segment.first)].push_back(std::move(segment)); }

  void add_stream(Stream stream) {
    std::vector<TensorId> inside;  // in no memory of their own
    std::size_t padding = 0;
    for (const StreamBuffer& buffer : stream.buffers) {
      if (buffer.whole) padding += buffer.bytes_before() + buffer.bytes_after();
    }
    for (int step = stream.first_step; step <= stream.last_step; ++step) {
      for (const Operand& operand : program_[at(step)].call.operands) {
        if (operand.kind == Operand::Kind::kOutput && !outlives(operand.index, stream)) inside.push_back(operand.index);
      }
    }
    double work = 0;
    for (const StreamStage& stage : stream.stages) work += kWorkOfRow * stage.rows.rows;
    const std::size_t bytes =
        bytes_of(stream.first_step, stream.last_step, stream.scratch_bytes + padding, inside, stream.overlaps);
    add({stream.first_step, stream.last_step, bytes, work, std::move(stream)});
  }

  bool outlives(TensorId id, const Stream& stream) const { return lives_.last[at(id)] > stream.last_step; }

  static std::vector<Overlap> step_overlaps(int step, const std::vector<Overlap>& all) {
    std::vector<Overlap> result;
    std::ranges::copy_if(all, std::back_inserter(result),
                         [&](const Overlap& overlap) { return overlap.first == step; });
    return result;
  }

  /// Of all tensors that live in steps first to last but for those `inside`, and of `scratch`. Tensors that may overlap
  /// count for what they take together.
  std::size_t bytes_of(int first, int last, std::size_t scratch, const std::vector<TensorId>& inside,
                       const std::vector<Overlap>& overlaps) const {
    std::size_t bytes = scratch;
    for (std::size_t i = 0; i < graph_.tensors.size(); ++i) {
      if (graph_.tensors[i].constant() || lives_.first[i] > last || lives_.last[i] < first) continue;
      if (std::ranges::count(inside, static_cast<TensorId>(i)) == 0) bytes += aligned(graph_.tensors[i].bytes());
    }
    std::size_t saved = first == last ? saved_in_place(first) : 0;
    for (const Overlap& overlap : overlaps) {
      const int end = lives_.last[at(overlap.input)];
      if (end > last || end < first || lives_.last[at(overlap.output)] < 0) continue;
      const auto in = static_cast<std::ptrdiff_t>(graph_.tensor(overlap.input).bytes());
      const auto out = static_cast<std::ptrdiff_t>(graph_.tensor(overlap.output).bytes());
      const auto together = static_cast<std::size_t>(std::max(out, std::max<std::ptrdiff_t>(0, overlap.distance) + in));
      const auto apart = static_cast<std::size_t>(in + out);
      if (together < apart) saved = std::max(saved, apart - together);
    }
    return bytes - std::min(saved, bytes);
  }

  /// By an output that takes over an input's memory.
  std::size_t saved_in_place(int step) const {
    const KernelCall& call = program_[at(step)].call;
    const auto output = std::ranges::find(call.operands, Operand::Kind::kOutput, &Operand::kind);
    for (const TensorId input : call.in_place) {
      const bool dies = lives_.last[at(input)] == step && !graph_.tensor(input).variable;
      const bool fits = graph_.tensor(output->index).bytes() <= graph_.tensor(input).bytes();
      if (dies && fits && lives_.first[at(output->index)] == step) return aligned(graph_.tensor(output->index).bytes());
    }
    return 0;
  }

  static constexpr double kWorkOfRow = 200;

  const Graph& graph_;
  const Program& program_;
  Lives lives_;
  std::vector<std::vector<Segment>> starting_;  // by first step
};

/// The smallest of the plans that segments of at most so many bytes make, for the smallest such sizes.
Plan smallest(const Segments& segments, const Graph& graph, const Program& program, CallerMemory caller) {
  Plan best = make_plan_with_streams(graph, program, {}, caller);
  int attempts = 0;
  for (const std::size_t size : segments.sizes()) {
    if (size >= best.arena_bytes || attempts == kMostAttempts) break;
    auto streams = segments.choose(size);
    if (!streams) continue;
    ++attempts;
    Plan plan = make_plan_with_streams(graph, program, std::move(*streams), caller);
    if (plan.arena_bytes < best.arena_bytes) best = std::move(plan);
  }
  return best;
}

}  // namespace

Plan smallest_plan(const Graph& graph, const Program& program, const LowerOptions& options, CallerMemory caller) {
  return smallest(Segments(graph, program, options, caller), graph, program, caller);
}

Plan plan_within(std::size_t limit, const Graph& graph, const Program& program, const LowerOptions& options,
                 CallerMemory caller) {
  Plan whole = make_plan_with_streams(graph, program, {}, caller);
  if (whole.arena_bytes <= limit) return whole;
  const Segments segments(graph, program, options, caller);
  std::vector<std::size_t> sizes = segments.sizes();
  int attempts = 0;
  std::size_t most = limit;
  for (auto size = sizes.rbegin(); size != sizes.rend() && attempts < kMostAttempts; ++size) {
    if (*size > most) continue;
    auto streams = segments.choose(*size);
    if (!streams) break;
    ++attempts;
    Plan plan = make_plan_with_streams(graph, program, std::move(*streams), caller);
    if (plan.arena_bytes <= limit) return plan;
    most = std::min(most, *size) - std::min(most, std::max<std::size_t>(1, (plan.arena_bytes - limit) / 2));
  }
  Plan least = smallest(segments, graph, program, caller);
  if (least.arena_bytes <= limit) return least;
  throw NotEnoughRam(fmt::format("{} bytes of RAM are not enough: it takes {} at least; {}", limit, least.arena_bytes,
                                 peak_text(least, graph, program)),
                     least.arena_bytes);
}

std::string peak_text(const Plan& plan, const Graph& graph, const Program& program) {
  if (program.empty()) return "nothing is computed";
  int peak = 0;
  for (int step = 1; at(step) < program.size(); ++step) {
    if (bytes_in_use(plan, step) > bytes_in_use(plan, peak)) peak = step;
  }
  const Stream* stream = stream_of(plan.streams, peak);
  const auto short_name = [](const std::string& name) { return printable(name.substr(0, name.find(';'))); };
  const auto name_of = [&](int step) {
    const Node& node = graph.nodes[at(program[at(step)].node)];
    return fmt::format("{} '{}'", node.op, short_name(node.name));
  };
  std::string text = stream ? fmt::format("the most in the layers by rows from {} to {}", name_of(stream->first_step),
                                          name_of(stream->last_step))
                            : fmt::format("the most at {}", name_of(peak));
  text += ":";
  for (const Allocation& allocation : plan.allocations) {
    if (allocation.first > peak || peak > allocation.last) continue;
    const std::string name = !allocation.tensors.empty()
                                 ? fmt::format("'{}'", short_name(graph.tensor(allocation.tensors.back()).name))
                             : stream ? std::string("rows and scratch")
                                      : std::string("scratch");
    text += fmt::format(" {} {},", name, allocation.bytes);
  }
  text.pop_back();
  return text;
}

}  // namespace thimble
