// The SQLite file that keeps a sweep's results, and lets one that was killed go on.
#pragma once

#include <filesystem>
#include <memory>

#include "sweep/schedule.h"

namespace thimble {

/// Tables: `sweep`, one row with the texts of the sweep's file and of the recipe, and `trial`, a row for each trial,
/// with its parameters as JSON: made to be read by others, too. Every trial is written when it starts and when it is
/// over, so that a process that is killed loses no trial that was over.
class SweepStore {
 public:
  /// Opens `path` or makes it. Throws InputError when it is no such file, or when it is of another sweep or recipe.
  SweepStore(const std::filesystem::path& path, const Sweep& sweep, std::string_view recipe_text);
  ~SweepStore();
  SweepStore(const SweepStore&) = delete;
  SweepStore& operator=(const SweepStore&) = delete;

  /// The trials that are over. Those that were running when the process ended are as if they had not begun.
  Trials finished() const;
  /// Throws InputError when it cannot be written (disk full).
  void put(const Trial& trial);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace thimble
