// How many rows of each feature map a stream keeps: found by running it.
#pragma once

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "base/error.h"
#include "plan/stream.h"

namespace thimble {

/// A run of a stream's stages that computes nothing, on maps without bytes and with room without end: it shows how many
/// rows each buffer needs.
class Rehearsal {
 public:
  explicit Rehearsal(const Stream& stream)
      : passing_(stream.buffers.size(), true),
        made_at_(stream.buffers.size(), -1),
        in_memory_(stream.buffers.size()),
        first_(stream.first_step),
        last_(stream.last_step) {
    for (const StreamStage& stage : stream.stages) stages_.push_back(stage.rows);
    for (const StreamBuffer& buffer : stream.buffers) {
      buffers_.push_back(buffer.rows);
      maps_.push_back(&buffer);
      buffers_.back().offset = buffers_.back().row_bytes = 0;
      buffers_.back().capacity = INT16_MAX;
      most_.push_back(buffer.rows.pad_top);
    }
    done_.resize(stages_.size());
    params_ = {static_cast<std::int32_t>(buffers_.size()), static_cast<std::int32_t>(stages_.size())};
  }

  void run() {
    const thimble_stream_run step = [](void* self, int stage, int, const void*, const void*, void*) {
      static_cast<Rehearsal*>(self)->see(stage);
    };
    std::uint8_t nothing = 0;
    thimble_stream(&params_, buffers_.data(), stages_.data(), in_memory_.data(), done_.data(), &nothing, nullptr, step,
                   this);
    for (std::size_t s = 0; s < stages_.size(); ++s) ensure(done_[s] == stages_[s].rows, "a stream stands still");
  }

  int most_rows(std::size_t buffer) const { return most_[buffer]; }
  /// Of whole maps that are read with whole maps that are made: each row that is written lies below all rows that are
  /// still read.
  std::vector<Overlap> overlaps() const {
    std::vector<Overlap> result;
    for (const auto& [maps, distance] : distances_) {
      result.push_back({maps_[at(maps.first)]->tensor, maps_[at(maps.second)]->tensor, distance, first_, last_});
    }
    return result;
  }
  /// Whether each row was read by the very next step, and never again.
  bool passing(std::size_t buffer) const { return passing_[buffer] && most_[buffer] == 1; }

 private:
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }
  int needed(int buffer) const { return thimble_stream_needed(&params_, stages_.data(), done_.data(), buffer); }

  void see(int stage) {
    const thimble_stream_stage& now = stages_[at(stage)];
    const int first = (done_[at(stage)] - 1) * now.stride - now.pad_top;
    for (const int read : {now.input, now.other}) {  // with padding, which nothing has made
      if (read >= 0)
        most_[at(read)] = std::max(most_[at(read)], in_memory_[at(read)].end - std::min(first, needed(read)));
    }
    const int output = now.output;
    if (output >= 0) {
      const int end = in_memory_[at(output)].end;
      most_[at(output)] = std::max(most_[at(output)], end - std::min(needed(output), end - 1));
      made_at_[at(output)] = now_;
      measure_distances(now);
    }
    for (std::size_t b = 0; b < buffers_.size(); ++b) {
      const bool read_again = needed(static_cast<int>(b)) < in_memory_[b].end;
      if (made_at_[b] >= 0 && made_at_[b] < now_ && read_again) passing_[b] = false;
    }
    ++now_;
  }

  /// A stage has made a row, perhaps while it read the map that another one shares memory with.
  void measure_distances(const thimble_stream_stage& stage) {
    const StreamBuffer& made = *maps_[at(stage.output)];
    if (!made.whole || made.rows.pad_top > 0) return;
    const std::ptrdiff_t end = std::ptrdiff_t{in_memory_[at(stage.output)].end} * made.rows.row_bytes;
    const int first = (done_[static_cast<std::size_t>(&stage - stages_.data())] - 1) * stage.stride - stage.pad_top;
    for (std::size_t b = 0; b < maps_.size(); ++b) {
      if (maps_[b]->rows.whole == 0) continue;
      const auto index = static_cast<int>(b);
      const bool reads = stage.input == index || stage.other == index;
      const int row = reads ? std::min(first, needed(index)) : needed(index);
      const std::ptrdiff_t distance = end - std::ptrdiff_t{row} * maps_[b]->rows.row_bytes;
      const auto [known, is_new] = distances_.emplace(std::pair{index, int{stage.output}}, distance);
      if (!is_new) known->second = std::max(known->second, distance);
    }
  }

  thimble_stream_params params_{};
  std::vector<thimble_stream_buffer> buffers_;
  std::vector<thimble_stream_stage> stages_;
  std::vector<int> most_;
  std::vector<bool> passing_;
  std::vector<int> made_at_;  // the last step that made a row; -1: none
  std::vector<thimble_stream_rows> in_memory_;
  std::vector<std::int16_t> done_;
  int now_ = 0;
  int first_, last_;  // steps
  std::vector<const StreamBuffer*> maps_;
  std::map<std::pair<int, int>, std::ptrdiff_t> distances_;  // of a whole map that is read and one that is made
};

}  // namespace thimble
