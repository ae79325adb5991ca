#include "run/stream_runner.h"

namespace thimble {

StreamRunner::StreamRunner(const Graph& graph, const Plan& plan, const Stream& stream, void* arena)
    : graph_(graph), plan_(plan), stream_(stream), arena_(static_cast<std::uint8_t*>(arena)) {
  std::uint8_t* scratch = arena_;
  if (stream.scratch_bytes > 0) scratch += plan.scratch_offsets[static_cast<std::size_t>(stream.first_step)];
  for (std::size_t b = 0; b < stream.buffers.size(); ++b) {
    buffers_.push_back(stream.buffers[b].rows);
    buffers_.back().offset = static_cast<std::int32_t>(offset_of(plan, stream, b));
  }
  for (const std::ptrdiff_t offset : plan.buffer_offsets) of_caller_.push_back(arena_ + offset);
  for (const StreamStage& stage : stream.stages) {
    stages_.push_back(stage.rows);
    rows_.push_back(bind(stage.call, stage.begin ? scratch : scratch + stream.call_offset));
    if (stage.begin) before_.push_back(bind(*stage.begin, scratch));
    if (stage.end) after_.push_back(bind(*stage.end, scratch));
  }
  in_memory_.resize(buffers_.size());
  done_.resize(stages_.size());
}

StreamRunner::BoundCall StreamRunner::bind(const KernelCall& call, void* scratch) const {
  const auto memory = [this](TensorId id) -> void* {
    const Tensor& tensor = graph_.tensor(id);
    if (tensor.constant()) return const_cast<std::uint8_t*>(tensor.data->data());
    const std::ptrdiff_t offset = plan_.tensor_offsets[static_cast<std::size_t>(id)];
    return offset < 0 ? nullptr : arena_ + offset;  // null: rows, whose place differs from call to call
  };
  return {&call, bind_operands(call, memory, scratch)};
}

void StreamRunner::run_row(int stage, int row, const void* input, const void* other, void* output) {
  const StreamStage& now = stream_.stages[static_cast<std::size_t>(stage)];
  const BoundCall& bound = rows_[static_cast<std::size_t>(stage)];
  std::vector<void*> pointers = bound.pointers;
  for (std::size_t i = 0; i < pointers.size(); ++i) {
    const Operand& operand = bound.call->operands[i];
    if (operand.kind == Operand::Kind::kOutput) pointers[i] = output;
    if (operand.kind == Operand::Kind::kInput && !graph_.tensor(operand.index).constant()) {
      pointers[i] = const_cast<void*>(reads_first(stream_, now, operand) ? input : other);
    }
    if (static_cast<int>(i) == now.advancing) {
      pointers[i] = static_cast<std::uint8_t*>(pointers[i]) + static_cast<std::size_t>(row) * now.advance;
    }
  }
  bound.call->invoke(pointers.data());
}

void StreamRunner::run() {
  for (const BoundCall& bound : before_) bound.call->invoke(bound.pointers.data());
  const thimble_stream_params params = {static_cast<std::int32_t>(buffers_.size()),
                                        static_cast<std::int32_t>(stages_.size())};
  const thimble_stream_run row = [](void* self, int stage, int index, const void* input, const void* other,
                                    void* output) {
    static_cast<StreamRunner*>(self)->run_row(stage, index, input, other, output);
  };
  thimble_stream(&params, buffers_.data(), stages_.data(), in_memory_.data(), done_.data(), arena_, of_caller_.data(),
                 row, this);
  for (const BoundCall& bound : after_) bound.call->invoke(bound.pointers.data());
}

}  // namespace thimble
