#include "cli/sweep_table.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "base/progress.h"

namespace thimble {
namespace {

constexpr std::size_t kMostRows = 20;  // of the table that redraws itself

std::string number(double value, int digits) {
  return std::isnan(value) ? std::string("-") : fmt::format("{:.{}f}", value, digits);
}

std::string count(std::uint64_t value) { return value == 0 ? std::string("-") : fmt::format("{}", value); }

/// "filters" of "layers.1.filters": what a column has room for.
std::string short_name(const std::string& key) {
  const std::size_t dot = key.rfind('.');
  const std::size_t before = dot == key.npos || dot == 0 ? key.npos : key.rfind('.', dot - 1);
  return before == key.npos ? key.substr(dot == key.npos ? 0 : dot + 1) : key.substr(before + 1);
}

bool is_over(const Trial& trial) { return trial.state != Trial::State::kRunning; }

}  // namespace

SweepTable::SweepTable(const Sweep& sweep, std::size_t planned, bool shown, bool terminal)
    : sweep_(sweep), planned_(planned), shown_(shown), terminal_(terminal) {
  for (std::size_t i = 0; i < sweep.space.size(); ++i) {
    std::size_t width = short_name(sweep.space[i].key).size();
    for (const Configuration& configuration : sweep.configurations) {
      width = std::max(width, configuration[i].value.size());
    }
    widths_.push_back(std::min<std::size_t>(width, 24));
  }
}

std::string SweepTable::header() const {
  std::string line = fmt::format("{:>5}", "trial");
  for (std::size_t i = 0; i < widths_.size(); ++i) {
    line += fmt::format("  {:>{}}", short_name(sweep_.space[i].key), widths_[i]);
  }
  if (sweep_.method == SweepMethod::kHalving) line += fmt::format("  {:>6}", "epochs");
  line += fmt::format("  {:>8}  {:>8}  {:>8}", "val_loss", "val_acc", "int8_acc");
  if (sweep_.device.board != nullptr) line += fmt::format("  {:>8}  {:>7}  {:>12}", "flash", "RAM", "instructions");
  return line + fmt::format("  {:>7}  state", "time");
}

std::string SweepTable::configuration(const Trial& trial) const {
  std::string line;
  const Configuration& values = sweep_.configurations[trial.job.configuration];
  for (std::size_t i = 0; i < widths_.size(); ++i)
    line += fmt::format("  {:>{}.{}}", values[i].value, widths_[i], widths_[i]);
  return line;
}

std::string SweepTable::row(const Trial& trial) const {
  std::string line = fmt::format("{:>5}{}", trial.job.configuration, configuration(trial));
  if (sweep_.method == SweepMethod::kHalving) line += fmt::format("  {:>6}", trial.job.epochs);
  line += fmt::format("  {:>8}  {:>8}  {:>8}", number(trial.val_loss, 4), number(trial.val_accuracy, 4),
                      number(trial.quantized_accuracy, 4));
  if (sweep_.device.board != nullptr) {
    line += fmt::format("  {:>8}  {:>7}  {:>12}", count(trial.flash_bytes), count(trial.ram_bytes),
                        count(trial.instructions));
  }
  const std::string time = is_over(trial) ? fmt::format("{:.1f}s", trial.seconds) : std::string("...");
  line += fmt::format("  {:>7}  {}", time, name_of(trial.state));
  return trial.note.empty() ? line : line + ": " + trial.note;
}

void SweepTable::begin(const Trials& known) {
  if (!shown_) return;
  if (!known.empty()) fmt::print("{} of {} trials were done before; going on\n", known.size(), planned_);
  if (!terminal_) fmt::print("{}\n", header());
  std::fflush(stdout);
}

void SweepTable::update(const Trials& all, const Trial& changed) {
  if (!shown_) return;
  if (terminal_) return draw(all, kMostRows);
  if (is_over(changed)) fmt::print("{}\n", row(changed));
  std::fflush(stdout);
}

void SweepTable::finish(const Trials& all) {
  if (!shown_) return;
  if (!terminal_) fmt::print("\n");
  draw(all, all.size());
}

void SweepTable::erase() {
  if (terminal_ && lines_ > 0) fmt::print("\033[{}A\033[J", lines_);
}

void SweepTable::draw(const Trials& all, std::size_t most) {
  std::vector<const Trial*> rows = ranking(all, sweep_.metric);
  const auto add_those = [&](Trial::State state) {
    for (const auto& [job, trial] : all) {
      if (trial.state == state) rows.push_back(&trial);
    }
  };
  add_those(Trial::State::kOverLimits);
  add_those(Trial::State::kFailed);
  const auto over =
      static_cast<std::size_t>(std::ranges::count_if(all, [](const auto& e) { return is_over(e.second); }));
  if (rows.size() > most) rows.resize(most);
  add_those(Trial::State::kRunning);
  erase();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  fmt::print("{} {}/{} trials, {:.0f}s\n{}\n", bar(static_cast<double>(over) / static_cast<double>(planned_), 20), over,
             planned_, seconds, header());
  for (const Trial* trial : rows) fmt::print("{}\n", row(*trial));
  lines_ = rows.size() + 2;
  std::fflush(stdout);
}

}  // namespace thimble
