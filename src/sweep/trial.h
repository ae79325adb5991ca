// One trial of a sweep: a recipe changed, trained, quantized and measured.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <string>

#include "sweep/sweep_file.h"

namespace thimble {

/// What is to be tried. A configuration is tried once in each rung of successive halving that it reaches.
struct Job {
  std::size_t configuration = 0;  // index in Sweep::configurations
  int rung = 0;
  int epochs = 0;  // 0: as many as the recipe says

  auto operator<=>(const Job&) const = default;
};

struct Trial {
  enum class State { kRunning, kDone, kOverLimits, kFailed };

  Job job;
  State state = State::kRunning;
  std::string note;  // why it failed, or which limit it is over
  double val_loss = std::numeric_limits<double>::quiet_NaN();
  double val_accuracy = std::numeric_limits<double>::quiet_NaN();
  double quantized_accuracy = std::numeric_limits<double>::quiet_NaN();  // int8
  std::uint64_t flash_bytes = 0;                                         // of the int8 model: weights and code
  std::uint64_t ram_bytes = 0;                                           // with stack
  std::uint64_t instructions = 0;                                        // of an inference
  double seconds = 0.0;                                                  // of the whole trial
};

/// Where its model is: each configuration has one folder, whatever its rung.
std::filesystem::path trial_folder(const std::filesystem::path& sweep, const Job& job);

std::string_view name_of(Trial::State state);
Trial::State state_named(std::string_view name);

/// All of a trial but its parameters; what is not a number is null there.
nlohmann::ordered_json to_json(const Trial& trial);
Trial trial_from_json(const nlohmann::json& json);

/// NaN unless the trial is done. More is better: val_loss is negated.
double score_of(const Trial& trial, SweepMetric metric);

/// Trains with the program `thimble` on one thread, so that a trial that fails takes nothing with it; leaves
/// model.keras, history.json and int8.tflite in `folder`. With a device, the untrained model is measured first, since
/// its figures do not depend on training, and not trained when it is over a limit. What goes wrong is in the trial's
/// note.
Trial run_trial(const Sweep& sweep, const Job& job, const std::filesystem::path& folder,
                const std::filesystem::path& thimble);

}  // namespace thimble
