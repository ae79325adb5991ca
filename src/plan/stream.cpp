#include "plan/stream.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "ops/copy.h"
#include "ops/packing.h"
#include "plan/plan.h"
#include "plan/rehearsal.h"

namespace thimble {
namespace {

constexpr int kMostRows = 4096;            // row numbers are 16 bits wide on the device,
constexpr std::size_t kMostBuffers = 100;  // and those of buffers 8; one more step takes up to five
constexpr int kMostOfCaller = 200;         // buffers of the caller's, whose numbers are 8 bits wide, too

std::size_t at(int i) { return static_cast<std::size_t>(i); }

/// How a stream calls a buffer of the caller's; -1: 0, which is none.
std::uint8_t caller_number(int buffer) { return static_cast<std::uint8_t>(buffer + 1); }

bool is_image(const Tensor& tensor) {
  return tensor.shape.size() == 4 && tensor.shape[0] == 1 && tensor.shape[1] > 1 && tensor.shape[1] < kMostRows;
}

int rows_of(const Tensor& tensor) { return tensor.shape[1]; }
std::size_t row_bytes(const Tensor& tensor) { return tensor.bytes() / at(rows_of(tensor)); }

/// The node of a step and, if the step computes two, the next one.
struct StepNodes {
  const Node* node;
  const Node* next = nullptr;

  const Node& last() const { return next ? *next : *node; }
};

/// How a row of the last node's output is made of rows of the first one's inputs.
std::optional<RowRule> rule_of(const Graph& graph, const StepNodes& nodes) {
  const auto rows = [&](const Node& node) {
    return op_of(node).rows ? op_of(node).rows(NodeView(graph, node)) : std::nullopt;
  };
  const std::optional<RowRule> rule = rows(*nodes.node);
  if (!rule || !nodes.next) return rule;
  const std::optional<RowRule> next = rows(*nodes.next);
  if (!next || next->pad_top != 0) return std::nullopt;
  return RowRule{(next->window - 1) * rule->stride + rule->window, rule->stride * next->stride, rule->pad_top,
                 rule->pad_byte};
}

/// The call for one row, of the tensors cut down to what it needs, under the same numbers; none: there is no such call.
std::optional<KernelCall> lower_row(const Graph& graph, const StepNodes& nodes, const RowRule& rule,
                                    const LowerOptions& options) {
  Graph cut;
  cut.tensors = graph.tensors;
  for (const TensorId id : nodes.node->inputs) {
    if (id != kNoTensor && !graph.tensor(id).constant()) cut.tensor(id).shape[1] = rule.window;
  }
  cut.tensor(nodes.last().outputs[0]).shape[1] = 1;
  Node row = *nodes.node;
  row.attributes.set("by_rows", true);
  if (nodes.next) {
    cut.tensor(row.outputs[0]).shape[1] = op_of(*nodes.next).rows(NodeView(graph, *nodes.next))->window;
    Node next = *nodes.next;
    next.attributes.set("by_rows", true);
    return op_of(row).lower_with(NodeView(cut, row), NodeView(cut, next), options);
  }
  if (std::optional<KernelCall> call = packed_call(NodeView(cut, row), options)) return call;
  std::vector<KernelCall> calls = op_of(row).lower(NodeView(cut, row), options);
  ensure(calls.size() == 1, "a row of {} takes {} calls", row.op, calls.size());
  return calls[0];
}

/// Grows a stream step by step.
class StreamBuilder {
 public:
  StreamBuilder(const Graph& graph, const Program& program, const LowerOptions& options,
                const std::vector<int>& of_caller, RowCalls& calls, int first)
      : graph_(graph),
        program_(program),
        options_(options),
        of_caller_(of_caller),
        calls_(calls),
        uses_(use_counts(graph)) {
    stream_.first_step = first;
    stream_.last_step = first - 1;
  }

  /// Takes steps in while it can, up to `last`.
  Stream build(int last) {
    for (int step = stream_.first_step; step <= last && !ended_; ++step) {
      const Stream before = stream_;
      if (!add(step)) {
        stream_ = before;
        break;
      }
      stream_.last_step = step;
    }
    // A change of shape that no sink has followed is none of the stream's.
    if (!ended_ && stream_.last_step >= stream_.first_step && node_of(stream_.last_step).op == "RESHAPE") {
      --stream_.last_step;
    }
    return std::move(stream_);
  }

 private:
  bool add(int step) {
    const int nodes = node_index(step + 1) - node_index(step);
    const bool only_step = nodes > 0 && (step == 0 || node_index(step - 1) < node_index(step));
    const Node& node = node_of(step);
    if (!only_step || node.outputs.size() != 1 || stream_.buffers.size() > kMostBuffers) return false;
    if (nodes == 2) return add_rows(step, {&node, &node + 1});
    if (node.op == "RESHAPE") return add_alias(node);
    return add_rows(step, {&node}) || add_sink(step, node);
  }

  /// The rows of an image, in another shape, for a sink alone.
  bool add_alias(const Node& node) {
    const TensorId input = root(node.inputs[0]);
    if (!buffer_of_.contains(input) || uses_[at(node.outputs[0])] != 1 || uses_[at(node.inputs[0])] != 1) {
      return false;
    }
    const TensorId output = node.outputs[0];
    const auto reader = std::ranges::find_if(
        graph_.nodes, [&](const Node& other) { return std::ranges::count(other.inputs, output) > 0; });
    if (reader == graph_.nodes.end() || op_of(*reader).row_sink == nullptr || reader->inputs[0] != output) return false;
    if (!op_of(*reader).row_sink(NodeView(graph_, *reader), rows_of(graph_.tensor(input)), options_)) return false;
    alias_[output] = input;
    return true;
  }

  bool add_rows(int step, const StepNodes& nodes) {
    const Node& node = *nodes.node;
    const TensorId output = nodes.last().outputs[0];
    if (!is_image(graph_.tensor(output)) || of_caller_[at(output)] > kMostOfCaller) return false;
    const std::optional<RowRule> rule = rule_of(graph_, nodes);
    if (!rule) return false;
    std::vector<TensorId> inputs;
    for (const TensorId id : node.inputs) {
      if (id == kNoTensor || graph_.tensor(id).constant()) continue;
      if (!is_image(graph_.tensor(id)) || alias_.contains(id) || graph_.tensor(id).variable) return false;
      if (of_caller_[at(id)] > kMostOfCaller) return false;
      const bool in_place = of_caller_[at(id)] >= 0 && of_caller_[at(id)] == of_caller_[at(output)];
      if (in_place && !buffer_of_.contains(id)) return false;  // whether a row may overwrite others is not known
      if (std::ranges::count(inputs, id) == 0) inputs.push_back(id);
    }
    if (inputs.empty() || inputs.size() > 2) return false;
    const int rows = rows_of(graph_.tensor(output));
    if (std::max({rule->window, rule->stride, rule->pad_top}) > kMostRows) return false;
    const int below = (rows - 1) * rule->stride - rule->pad_top + rule->window - rows_of(graph_.tensor(inputs[0]));
    const bool padded = rule->pad_top > 0 || below > 0;
    if (padded && (!rule->pad_byte || below > kMostRows)) return false;
    StreamStage stage;
    stage.step = step;
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      const int buffer = padded ? padded_buffer(step, inputs[k]) : input_buffer(inputs[k]);
      thimble_stream_buffer& from = stream_.buffers[at(buffer)].rows;
      const bool is_new = from.pad_top == 0 && from.pad_bottom == 0;
      if (padded && !is_new && from.pad_byte != *rule->pad_byte) return false;
      if (padded) from.pad_byte = static_cast<std::uint8_t>(*rule->pad_byte);
      from.pad_top = static_cast<std::int16_t>(std::max<int>(from.pad_top, rule->pad_top));
      from.pad_bottom = static_cast<std::int16_t>(std::max<int>(from.pad_bottom, below));
      (k == 0 ? stage.rows.input : stage.rows.other) = static_cast<std::int8_t>(buffer);
    }
    if (inputs.size() == 1) stage.rows.other = -1;
    stage.rows.window = static_cast<std::int16_t>(rule->window);
    stage.rows.stride = static_cast<std::int16_t>(rule->stride);
    stage.rows.pad_top = static_cast<std::int16_t>(rule->pad_top);
    stage.rows.rows = static_cast<std::int16_t>(rows);
    const auto known = calls_.find(step);
    const std::optional<KernelCall>& call =
        known != calls_.end() ? known->second
                              : calls_.emplace(step, lower_row(graph_, nodes, *rule, options_)).first->second;
    if (!call) return false;
    stage.call = *call;
    stage.rows.output = static_cast<std::int8_t>(add_buffer(output, Rows::kMade));
    stream_.stages.push_back(std::move(stage));
    return true;
  }

  bool add_sink(int step, const Node& node) {
    const Op& op = op_of(node);
    const TensorId input = node.inputs.empty() || node.inputs[0] == kNoTensor ? kNoTensor : root(node.inputs[0]);
    if (op.row_sink == nullptr || !buffer_of_.contains(input)) return false;
    const int rows = rows_of(graph_.tensor(input));
    const std::optional<RowSink> sink = op.row_sink(NodeView(graph_, node), rows, options_);
    if (!sink) return false;
    StreamStage stage;
    stage.step = step;
    stage.rows = {.input = static_cast<std::int8_t>(buffer_of_[input]),
                  .other = -1,
                  .output = -1,
                  .window = 1,
                  .stride = 1,
                  .pad_top = 0,
                  .rows = static_cast<std::int16_t>(rows)};
    stage.call = sink->row;
    stage.begin = sink->begin;
    stage.end = sink->end;
    stage.advancing = sink->advancing;
    stage.advance = sink->advance;
    stream_.sink_bytes = sink->scratch_bytes;
    stream_.stages.push_back(std::move(stage));
    ended_ = true;
    return true;
  }

  /// The buffer that a stage reads.
  int input_buffer(TensorId id) { return buffer_of_.contains(id) ? buffer_of_[id] : add_buffer(id, Rows::kRead); }

  /// The same, with room for padding: rows in memory of the caller's, which has none, are copied.
  int padded_buffer(int step, TensorId id) {
    const int input = input_buffer(id);
    if (stream_.buffers[at(input)].rows.caller == 0) return input;
    const Tensor& tensor = graph_.tensor(id);
    StreamStage stage;
    stage.step = step;
    stage.rows = {.input = static_cast<std::int8_t>(input),
                  .other = -1,
                  .output = static_cast<std::int8_t>(add_buffer(id, Rows::kCopied)),
                  .window = 1,
                  .stride = 1,
                  .pad_top = 0,
                  .rows = static_cast<std::int16_t>(rows_of(tensor))};
    stage.call = copy_call(row_bytes(tensor), in(id), out(id));
    stream_.stages.push_back(std::move(stage));
    return buffer_of_[id];
  }

  enum class Rows { kRead, kMade, kCopied };

  int add_buffer(TensorId id, Rows rows) {
    const Tensor& tensor = graph_.tensor(id);
    const bool is_output = rows == Rows::kMade && std::ranges::count(graph_.outputs, id) > 0;
    StreamBuffer buffer;
    buffer.tensor = id;
    buffer.copied = rows == Rows::kCopied;
    buffer.rows.whole = rows == Rows::kRead;
    if (rows == Rows::kRead || is_output) buffer.rows.caller = caller_number(of_caller_[at(id)]);
    buffer.whole = rows == Rows::kRead || buffer.rows.caller > 0;
    buffer.rows.row_bytes = static_cast<std::int32_t>(row_bytes(tensor));
    buffer.rows.rows = static_cast<std::int16_t>(rows_of(tensor));
    stream_.buffers.push_back(buffer);
    buffer_of_[id] = static_cast<int>(stream_.buffers.size() - 1);
    return buffer_of_[id];
  }

  /// The first node of a step; after the last step, one past the last node.
  int node_index(int step) const {
    return at(step) < program_.size() ? program_[at(step)].node : static_cast<int>(graph_.nodes.size());
  }
  const Node& node_of(int step) const { return graph_.nodes[at(node_index(step))]; }
  TensorId root(TensorId id) const { return alias_.contains(id) ? alias_.at(id) : id; }

  const Graph& graph_;
  const Program& program_;
  const LowerOptions& options_;
  const std::vector<int>& of_caller_;
  RowCalls& calls_;
  const std::vector<int> uses_;  // of each tensor
  Stream stream_;
  std::map<TensorId, int> buffer_of_;
  std::map<TensorId, TensorId> alias_;
  bool ended_ = false;
};

/// What is read after the stream, or ends it without a sink, must be whole.
void keep_outputs(const Graph& graph, const Program& program, const std::vector<int>& of_caller, Stream& stream) {
  const auto read_later = [&](TensorId id) {
    if (std::ranges::count(graph.outputs, id) > 0) return true;
    for (std::size_t step = at(stream.last_step) + 1; step < program.size(); ++step) {
      if (std::ranges::count(graph.nodes[at(program[step].node)].inputs, id) > 0) return true;
    }
    return false;
  };
  for (StreamBuffer& buffer : stream.buffers) {
    if (buffer.copied || !read_later(buffer.tensor)) continue;
    buffer.whole = true;
    buffer.rows.caller = caller_number(of_caller[at(buffer.tensor)]);
  }
}

void set_capacities(Stream& stream) {
  Rehearsal rehearsal(stream);
  rehearsal.run();
  for (std::size_t b = 0; b < stream.buffers.size(); ++b) {
    StreamBuffer& buffer = stream.buffers[b];
    const bool padded = buffer.rows.pad_top > 0 || buffer.rows.pad_bottom > 0;
    buffer.passing = !buffer.whole && !padded && rehearsal.passing(b);
    const int all = buffer.rows.pad_top + buffer.rows.rows + buffer.rows.pad_bottom;
    buffer.rows.capacity = static_cast<std::int16_t>(buffer.whole ? all : rehearsal.most_rows(b));
  }
  stream.overlaps = rehearsal.overlaps();
}

/// Passing rows live for two steps: the one that makes them and the next. So two places, taken in turns, do for all of
/// them.
void set_scratch(Stream& stream) {
  std::size_t places[2] = {0, 0};
  std::map<int, int> place_of;  // by buffer
  for (const StreamStage& stage : stream.stages) {
    if (stage.rows.output < 0 || !stream.buffers[at(stage.rows.output)].passing) continue;
    auto before = place_of.find(stage.rows.input);
    if (before == place_of.end()) before = place_of.find(stage.rows.other);
    const int place = before == place_of.end() ? 0 : 1 - before->second;
    place_of[stage.rows.output] = place;
    places[place] = std::max(places[place], aligned(stream.buffers[at(stage.rows.output)].bytes()));
  }
  std::size_t end = aligned(stream.sink_bytes);
  for (std::size_t b = 0; b < stream.buffers.size(); ++b) {
    StreamBuffer& buffer = stream.buffers[b];
    if (buffer.whole || buffer.passing) continue;
    buffer.offset = end;
    end += aligned(buffer.bytes());
  }
  for (const auto& [buffer, place] : place_of) stream.buffers[at(buffer)].offset = end + (place == 0 ? 0 : places[0]);
  stream.call_offset = end + places[0] + places[1];
  std::size_t call = 0;
  for (const StreamStage& stage : stream.stages) {
    if (!stage.begin) call = std::max(call, stage.call.scratch_bytes);
  }
  stream.scratch_bytes = stream.call_offset + call;
}

}  // namespace

bool reads_first(const Stream& stream, const StreamStage& stage, const Operand& operand) {
  return stage.rows.other < 0 || stream.buffers[at(stage.rows.other)].tensor != operand.index;
}

std::optional<Stream> StreamFactory::make(int first, int last) {
  Stream stream = StreamBuilder(graph_, program_, options_, buffers_, calls_, first).build(last);
  if (stream.stages.empty() || stream.stages.front().step == stream.stages.back().step) return {};
  keep_outputs(graph_, program_, buffers_, stream);
  set_capacities(stream);
  set_scratch(stream);
  return stream;
}

std::vector<Stream> find_streams(const Graph& graph, const Program& program, const LowerOptions& options,
                                 CallerMemory caller) {
  StreamFactory factory(graph, program, options, caller);
  std::vector<Stream> streams;
  for (int step = 0; at(step) < program.size(); ++step) {
    std::optional<Stream> stream = factory.make(step, static_cast<int>(program.size()) - 1);
    if (!stream) continue;
    step = stream->last_step;
    streams.push_back(std::move(*stream));
  }
  return streams;
}

}  // namespace thimble
