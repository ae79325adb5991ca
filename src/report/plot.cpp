#include "report/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "report/format.h"
#include "report/svg.h"

namespace thimble {
namespace {

/// Units of the view box; at full size one is a CSS pixel.
constexpr double kWidth = 480;
constexpr double kTextHeight = 13;
constexpr std::size_t kColours = 5;

std::string colour(std::size_t index) { return fmt::format("class=\"f{}\"", index % kColours + 1); }

/// From values to places on the page.
struct Scale {
  double value_first, value_last, place_first, place_last;
  double operator()(double value) const {
    const double range = value_last - value_first;
    const double share = range == 0 ? 0.5 : (value - value_first) / range;
    return place_first + share * (place_last - place_first);
  }
};

std::vector<double> finite_values(const std::vector<Series>& series) {
  std::vector<double> values;
  for (const Series& one : series) {
    for (const double value : one.values) {
      if (std::isfinite(value)) values.push_back(value);
    }
  }
  return values;
}

/// Moves names that stand at `places` apart, so that they can be read; their order stays.
void spread(std::vector<double>& places) {
  std::vector<std::size_t> order(places.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return places[i]; });
  constexpr double kGap = kTextHeight + 2;
  for (std::size_t i = 1; i < order.size(); ++i) {
    const double missing = places[order[i - 1]] + kGap - places[order[i]];
    if (missing <= 0) continue;
    places[order[i - 1]] -= missing / 2;
    places[order[i]] += missing / 2;
  }
}

std::string polyline(const Series& series, std::size_t index, const Scale& x, const Scale& y, const NumberText& text) {
  std::string points, marks;
  for (std::size_t i = 0; i < series.values.size(); ++i) {
    if (!std::isfinite(series.values[i])) continue;
    const double px = x(static_cast<double>(i + 1)), py = y(series.values[i]);
    points += fmt::format("{:.1f},{:.1f} ", px, py);
    marks += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3\" {}><title>{} {}: {}</title></circle>\n", px, py,
                         colour(index), html_escape(series.name), i + 1, html_escape(text(series.values[i])));
  }
  constexpr std::size_t kMostMarks = 40;
  if (series.values.size() > kMostMarks) marks.clear();
  return fmt::format("<polyline points=\"{}\" class=\"s{}\"/>\n", points, index % kColours + 1) + marks;
}

std::string legend(const std::vector<std::string>& names) {
  std::string text;
  double x = 0;
  for (std::size_t i = 0; i < names.size(); ++i) {
    text += rectangle(x, 2, 11, 11, colour(i), names[i]);
    text += text_at(x + 17, 12, "t", names[i]);
    x += 17 + text_length(names[i]) + 18;
  }
  return text;
}

double total(const Bar& bar) { return std::accumulate(bar.parts.begin(), bar.parts.end(), 0.0); }

std::string cell_style(double share, bool right) {
  return fmt::format("class=\"{}\" fill-opacity=\"{:.3f}\"", right ? "right" : "wrong", share);
}

}  // namespace

std::vector<double> axis_ticks(double least, double most) {
  if (!(most > least)) most = least + std::max(std::abs(least) * 0.1, 1e-9);
  const double rough = (most - least) / 5;
  if (!std::isfinite(rough) || std::abs(least) > rough * 0x1p40) return {least, most};
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double factor = rough / power;
  const double step = power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
  const auto first = static_cast<std::int64_t>(std::floor(least / step + 1e-9));
  const auto last = static_cast<std::int64_t>(std::ceil(most / step - 1e-9));
  std::vector<double> ticks;
  for (std::int64_t i = first; i <= last; ++i) ticks.push_back(static_cast<double>(i) * step);
  return ticks;
}

std::string line_chart(const std::vector<Series>& series, const std::string& x_name, const NumberText& text) {
  constexpr double kHeight = 230, kTop = 10, kBottom = 190, kLeft = 56;
  const std::vector<double> values = finite_values(series);
  if (values.empty()) return {};
  const auto [least, most] = std::ranges::minmax(values);
  const std::vector<double> ticks = axis_ticks(least, most);
  double names = 0;
  std::size_t count = 1;
  for (const Series& one : series) {
    names = std::max(names, text_length(one.name));
    count = std::max(count, one.values.size());
  }
  const double right = kWidth - names - 16;
  const Scale x{1, static_cast<double>(count), kLeft, right};
  const Scale y{ticks.front(), ticks.back(), kBottom, kTop};

  std::string body;
  for (const double tick : ticks) {
    body += fmt::format("<path d=\"M{:.1f} {:.1f}H{:.1f}\" class=\"g\"/>\n", kLeft - 6, y(tick), right);
    body += text_at(kLeft - 12, y(tick) + 4, "t e", text(tick));
  }
  const std::size_t every = (count + 9) / 10;
  for (std::size_t i = 1; i <= count; i += every) {
    body += text_at(x(static_cast<double>(i)), kBottom + 20, "t m", std::to_string(i));
  }
  body += text_at((kLeft + right) / 2, kBottom + 38, "t m", x_name);
  std::vector<double> places;
  std::string label;
  for (std::size_t i = 0; i < series.size(); ++i) {
    body += polyline(series[i], i, x, y, text);
    const double last = series[i].values.empty() ? least : series[i].values.back();
    places.push_back(y(std::isfinite(last) ? last : least));
    label += fmt::format("{}{}, last {}", i > 0 ? "; " : "", series[i].name, text(last));
  }
  spread(places);
  for (std::size_t i = 0; i < series.size(); ++i) body += text_at(right + 10, places[i] + 4, "t", series[i].name);
  return svg(kWidth, kHeight, label, body);
}

std::string bar_chart(const std::vector<Bar>& bars, const std::vector<std::string>& part_names,
                      const NumberText& text) {
  constexpr double kBar = 18, kRow = 46, kGap = 8;
  const bool stacked = part_names.size() > 1;
  double most = 0, room = 0;
  for (const Bar& bar : bars) {
    most = std::max(most, total(bar));
    room = std::max(room, text_length(bar.value));
  }
  const double unit = most > 0 ? (kWidth - room - kGap) / most : 0;
  std::string body = stacked ? legend(part_names) : "", label;
  double y = stacked ? 26 : 0;
  for (const Bar& bar : bars) {
    body += text_at(0, y + 13, "t", bar.label);
    double x = 0;
    for (std::size_t i = 0; i < bar.parts.size(); ++i) {
      const std::string name = stacked && i < part_names.size() ? part_names[i] + ": " : "";
      body += rectangle(x, y + 19, bar.parts[i] * unit, kBar, colour(i), name + text(bar.parts[i]));
      x += bar.parts[i] * unit;
    }
    body += text_at(x + kGap, y + 19 + kBar - 4.5, "t v", bar.value);
    label += fmt::format("{}{}: {}", label.empty() ? "" : "; ", bar.label, bar.value);
    y += kRow;
  }
  return svg(kWidth, y, label, body);
}

std::string heat_map(const std::vector<std::vector<std::uint64_t>>& confusion) {
  const std::size_t classes = confusion.size();
  constexpr double kLeft = 58, kTop = 40;
  const double cell = (kWidth - kLeft) / static_cast<double>(std::max<std::size_t>(1, classes));
  const double height = std::min(cell, 34.0);
  std::uint64_t most_wrong = 1;
  for (std::size_t i = 0; i < classes; ++i) {
    for (std::size_t j = 0; j < classes; ++j) {
      if (i != j) most_wrong = std::max(most_wrong, confusion[i][j]);
    }
  }
  std::string body = text_at(kLeft + (kWidth - kLeft) / 2, 12, "t m", "predicted") + text_at(0, 32, "t", "label");
  for (std::size_t i = 0; i < classes; ++i) {
    const double y = kTop + static_cast<double>(i) * height;
    body += text_at(kLeft + (static_cast<double>(i) + 0.5) * cell, 32, "t m", std::to_string(i));
    body += text_at(kLeft - 14, y + height / 2 + 4, "t e", std::to_string(i));
    const double row = std::max(1.0, std::accumulate(confusion[i].begin(), confusion[i].end(), 0.0));
    for (std::size_t j = 0; j < classes; ++j) {
      const double count = static_cast<double>(confusion[i][j]);
      const double share = i == j ? 0.85 * count / row : 0.9 * count / static_cast<double>(most_wrong);
      const double x = kLeft + static_cast<double>(j) * cell;
      body += rectangle(x + 1, y + 1, cell - 2, height - 2, cell_style(share, i == j),
                        fmt::format("label {}, predicted {}: {}", i, j, confusion[i][j]));
      if (confusion[i][j] > 0) {
        const char* style = share > (i == j ? 0.45 : 0.7) ? "t m on" : "t m v";
        body += text_at(x + cell / 2, y + height / 2 + 4, style, std::to_string(confusion[i][j]));
      }
    }
  }
  return svg(kWidth, kTop + static_cast<double>(classes) * height, "confusion matrix", body);
}

}  // namespace thimble
