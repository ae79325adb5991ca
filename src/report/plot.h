// Plots as SVG to be put inline in a page: colours and fonts come from the page's style sheet (assets/style.css), so
// that they follow it into the dark.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace thimble {

/// How a number is written at an axis, a bar or a point.
using NumberText = std::function<std::string(double)>;

struct Series {
  std::string name;
  std::vector<double> values;  // at x = 1, 2, ...
};

/// Lines over 1, 2, ..., each with its name at its end. `x_name` is written below. Non-finite values are left out.
std::string line_chart(const std::vector<Series>& series, const std::string& x_name, const NumberText& text);

struct Bar {
  std::string label;
  std::vector<double> parts;  // of at least 0, drawn one after the other
  std::string value;          // written behind the bar
};

/// Horizontal bars from 0. With several parts, `part_names` are explained above; a bar may have fewer of them.
std::string bar_chart(const std::vector<Bar>& bars, const std::vector<std::string>& part_names, const NumberText& text);

/// A confusion matrix: right answers in one colour by their share of the row, mistakes in another by their number.
std::string heat_map(const std::vector<std::vector<std::uint64_t>>& confusion);

/// Tick marks for an axis that has to show [least, most]: 3 to 7 multiples of 1, 2 or 5 times a power of ten, the first
/// at or below `least`, the last at or above `most`.
std::vector<double> axis_ticks(double least, double most);

}  // namespace thimble
