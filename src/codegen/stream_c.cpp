#include "codegen/stream_c.h"

#include <fmt/format.h>

#include "codegen/memory_c.h"

namespace thimble {
namespace {

class StreamWriter {
 public:
  StreamWriter(const Plan& plan, std::size_t number, const CallText& call_text, const std::string& flash)
      : plan_(plan), stream_(plan.streams[number]), number_(number), call_text_(call_text), flash_(flash) {}

  std::string write() const {
    std::string text = fmt::format(
        "static void stream_{}_row(void *context, int stage, int row, const void *input, const void *other, void "
        "*output) {{\n  (void)context, (void)row, (void)other, (void)output;\n  switch (stage) {{\n",
        number_);
    for (std::size_t s = 0; s < stream_.stages.size(); ++s) {
      text += fmt::format("    case {}: {}; break;\n", s, row_call(stream_.stages[s]));
    }
    text += fmt::format("    default: break;\n  }}\n}}\n\nstatic void stream_{}(void) {{\n", number_);
    text += tables();
    for (const StreamStage& stage : stream_.stages) {
      if (stage.begin) text += "  " + whole_call(*stage.begin, stage.step) + ";\n";
    }
    text +=
        fmt::format("  thimble_stream(&params, buffers, stages, in_memory, done, arena, {}, stream_{}_row, NULL);\n",
                    plan_.caller.any() ? "of_caller" : "NULL", number_);
    for (const StreamStage& stage : stream_.stages) {
      if (stage.end) text += "  " + whole_call(*stage.end, stage.step) + ";\n";
    }
    return text + "}\n\n";
  }

 private:
  std::size_t scratch() const {
    const std::ptrdiff_t offset = plan_.scratch_offsets[static_cast<std::size_t>(stream_.first_step)];
    return offset < 0 ? 0 : static_cast<std::size_t>(offset);
  }

  std::string row_call(const StreamStage& stage) const {
    const std::size_t own = stage.begin ? scratch() : scratch() + stream_.call_offset;
    const auto operand_text = [&](const Operand& operand) -> std::string {
      if (operand.kind == Operand::Kind::kOutput) return "output";
      if (operand.kind == Operand::Kind::kScratch) return fmt::format("ARENA({})", own);
      return reads_first(stream_, stage, operand) ? "input" : "other";
    };
    return call_text_(stage.call, stage.step, operand_text, stage.advancing,
                      fmt::format("(size_t)row * {}", stage.advance));
  }

  std::string whole_call(const KernelCall& call, int step) const {
    const auto operand_text = [&](const Operand& operand) {
      if (operand.kind == Operand::Kind::kScratch) return fmt::format("ARENA({})", scratch());
      return address_of(plan_, operand.index);
    };
    return call_text_(call, step, operand_text, -1, "");
  }

  std::string tables() const {
    std::string buffers;
    for (std::size_t b = 0; b < stream_.buffers.size(); ++b) {
      const thimble_stream_buffer& rows = stream_.buffers[b].rows;
      buffers +=
          fmt::format("    {{{}, {}, {}, {}, {}, {}, {}, {}, {}}},\n", offset_of(plan_, stream_, b), rows.row_bytes,
                      rows.rows, rows.pad_top, rows.pad_bottom, rows.capacity, rows.whole, rows.pad_byte, rows.caller);
    }
    std::string stages;
    for (const StreamStage& stage : stream_.stages) {
      const thimble_stream_stage& rows = stage.rows;
      stages += fmt::format("    {{{}, {}, {}, {}, {}, {}, {}}},\n", rows.input, rows.other, rows.output, rows.window,
                            rows.stride, rows.pad_top, rows.rows);
    }
    const std::size_t buffer_count = stream_.buffers.size();
    const std::size_t stage_count = stream_.stages.size();
    return fmt::format(
        "  static const {0}thimble_stream_params params = {{{1}, {2}}};\n"
        "  static const {0}thimble_stream_buffer buffers[] = {{\n{3}  }};\n"
        "  static const {0}thimble_stream_stage stages[] = {{\n{4}  }};\n"
        "  thimble_stream_rows in_memory[{1}];\n  int16_t done[{2}];\n",
        flash_, buffer_count, stage_count, buffers, stages);
  }

  const Plan& plan_;
  const Stream& stream_;
  std::size_t number_;
  const CallText& call_text_;
  const std::string& flash_;
};

}  // namespace

std::string stream_c(const Plan& plan, std::size_t number, const CallText& call_text, const std::string& flash) {
  return StreamWriter(plan, number, call_text, flash).write();
}

}  // namespace thimble
