#include "io/names.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

namespace thimble {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
  const auto same = [&](std::size_t i, std::size_t j) { return lower(a[i - 1]) == lower(b[j - 1]); };
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + (same(i, j) ? 0 : 1)});
      if (i > 1 && j > 1 && same(i, j - 1) && same(i - 1, j)) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

std::string unknown_name(std::string_view what, std::string_view name, const std::vector<std::string_view>& known) {
  const auto closest = std::ranges::min_element(known, {}, [&](std::string_view k) { return edit_distance(name, k); });
  const bool close =
      closest != known.end() && edit_distance(name, *closest) <= std::max<std::size_t>(1, (name.size() + 1) / 3);
  if (close) return fmt::format("unknown {} '{}'; did you mean '{}'?", what, name, *closest);
  return fmt::format("unknown {} '{}'; known are {}", what, name, fmt::join(known, ", "));
}

}  // namespace thimble
