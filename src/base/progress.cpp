#include "base/progress.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "base/error.h"

namespace thimble {
namespace {

class NoProgress final : public Progress {
 public:
  void update(std::int64_t, std::int64_t, std::string_view) override {}
  void finish(std::int64_t, std::string_view) override {}
  void line(std::string_view) override {}
};

class TerminalProgress final : public Progress {
 public:
  void update(std::int64_t done, std::int64_t total, std::string_view note) override {
    const auto now = std::chrono::steady_clock::now();
    if (!is_terminal_ || now - last_ < std::chrono::milliseconds(50)) return;
    last_ = now;
    draw(done, total, note);
    std::fflush(stdout);
  }

  void finish(std::int64_t total, std::string_view note) override {
    draw(total, total, note);
    std::fputc('\n', stdout);
    std::fflush(stdout);
  }

  void line(std::string_view text) override {
    fmt::print("{}\n", text);
    std::fflush(stdout);
  }

 private:
  void draw(std::int64_t done, std::int64_t total, std::string_view note) const {
    const std::string count = fmt::format("{}/{}", done, total);
    const double fraction = total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 1.0;
    if (is_terminal_) fmt::print("\r\033[K");
    fmt::print("{} {} {}", count, bar(fraction, 20), note);
  }

  bool is_terminal_ = ::isatty(STDOUT_FILENO) != 0;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace

std::string bar(double fraction, int width) {
  const int full = static_cast<int>(std::clamp(fraction, 0.0, 1.0) * width);
  std::string text = "[";
  for (int i = 0; i < width; ++i) text += i < full ? "━" : " ";
  return text + "]";
}

Progress& no_progress() {
  static NoProgress instance;
  return instance;
}

Progress& terminal_progress() {
  static TerminalProgress instance;
  return instance;
}

}  // namespace thimble
