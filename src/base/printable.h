// Names from files, in messages.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace thimble {

/// `text` on one line: strange characters become ?, and what is longer than `most` is cut.
inline std::string printable(std::string_view text, std::size_t most = 80) {
  std::string shown(text.substr(0, most));
  std::ranges::replace_if(
      shown, [](char c) { return c < ' ' || c > '~'; }, '?');
  return text.size() > most ? shown + "..." : shown;
}

}  // namespace thimble
