// The JSON files that thimble train, eval and bench write, read back.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace thimble {

/// One epoch of history.json.
struct EpochFigures {
  double loss = 0.0, accuracy = 0.0;
  double val_loss = 0.0, val_accuracy = 0.0;
  double seconds = 0.0;
};

struct Mistake {
  std::uint64_t index = 0;  // of the sample in the data set
  std::uint64_t label = 0, predicted = 0;
  double score = 0.0;
};

/// What eval says of one form of a model.
struct EvalResult {
  std::string model, format, weights_type, data;
  std::uint64_t file_bytes = 0, arena_bytes = 0, weights_bytes = 0;
  std::uint64_t samples = 0, parameters = 0, macs = 0;
  double loss = 0.0, accuracy = 0.0;
  double host_us = 0.0;
  std::vector<std::vector<std::uint64_t>> confusion;  // square: [label][predicted]
  std::vector<Mistake> mistakes;
};

/// What bench says of one model on one board.
struct BenchResult {
  std::string model, board, title, optimize, debug_command;
  std::uint64_t instructions = 0, invocations = 0;
  std::uint64_t weights_bytes = 0, code_bytes = 0, board_bytes = 0, firmware_bytes = 0;
  std::uint64_t ram_bytes = 0, board_ram_bytes = 0, stack_bytes = 0;
  bool bits_equal = false;
  double largest_error = 0.0;                                    // relative, of float outputs
  double seconds_to_build = 0.0;                                 // 0: not said
  std::vector<std::pair<std::string, std::uint64_t>> functions;  // instructions an invocation, the most first
};

struct Results {
  std::vector<EpochFigures> history;
  std::vector<EvalResult> evaluations;
  std::vector<BenchResult> benches;
};

/// Adds what the JSON `text` holds, told by its contents. Throws InputError when it is no JSON, nothing that Thimble
/// wrote, or lacks a figure.
void add_results(Results& results, std::string_view text);

}  // namespace thimble
