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

/// What bench --layers says of one layer, or of the code that several share.
struct BenchLayer {
  std::string name;   // "CONV_2D + MAX_POOL_2D", or of shared code its largest function
  std::string shape;  // of the output: "1x13x13x8"
  std::uint64_t macs = 0, instructions = 0, weights_bytes = 0, code_bytes = 0;
  std::size_t layers = 1;  // of shared code: how many share it
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
  std::vector<BenchLayer> layers, shared_code;                   // empty: not measured
  std::uint64_t between_layers = 0, other_code_bytes = 0;        // instructions and code that are no layer's
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
