// Progress of long work: a bar that redraws itself on a terminal, plain lines in a pipe. Only the program makes one;
// libraries report through it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace thimble {

class Progress {
 public:
  virtual ~Progress() = default;
  /// `done` of `total` units; `note` follows the bar ("1s 310us/step - accuracy: 0.9"). Called as often as one likes.
  virtual void update(std::int64_t done, std::int64_t total, std::string_view note) = 0;
  /// The unit of work is over: the last bar stays on its line.
  virtual void finish(std::int64_t total, std::string_view note) = 0;
  /// A line of its own, such as "Epoch 1/5".
  virtual void line(std::string_view text) = 0;
};

/// Says nothing.
Progress& no_progress();

/// Draws on stdout: redrawn bars at most 20 times a second when it is a terminal, otherwise only lines that are
/// finished.
Progress& terminal_progress();

/// "[━━━━━━━━          ]": `width` cells between the brackets.
std::string bar(double fraction, int width);

}  // namespace thimble
