#include "data/csv.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>

#include "base/error.h"

namespace thimble {
namespace {

using Cells = std::vector<std::string>;

struct Table {
  Cells names;  // of the columns; empty if the file does not say
  std::vector<Cells> rows;
  std::vector<std::size_t> lines;  // of each row, from 1
};

/// The cells of the line that begins at `text`, which is moved behind it. A quoted cell may hold anything.
Cells take_line(std::string_view& text, char separator) {
  Cells cells(1);
  bool quoted = false;
  std::size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      cells.back() += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == separator) {
      cells.emplace_back();
    } else if (!quoted && c == '\n') {
      ++i;
      break;
    } else if (c != '\r') {
      cells.back() += c;
    }
  }
  text.remove_prefix(i);
  for (std::string& cell : cells) {
    const auto first = cell.find_first_not_of(" \t"), last = cell.find_last_not_of(" \t");
    cell = first == std::string::npos ? "" : cell.substr(first, last - first + 1);
  }
  return cells;
}

std::optional<double> number_of(const std::string& cell) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (cell.empty() || error != std::errc() || end != cell.data() + cell.size()) return std::nullopt;
  return value;
}

Table table_of(std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const std::string_view first_line = text.substr(0, text.find('\n'));
  const auto many = [&](char c) { return std::ranges::count(first_line, c); };
  const char separator = many(';') > many(',') ? ';' : many('\t') > many(',') ? '\t' : ',';
  Table table;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t before = text.size();
    const std::string_view rest = text;
    Cells cells = take_line(text, separator);
    const std::size_t number = line;
    line += static_cast<std::size_t>(std::ranges::count(rest.substr(0, before - text.size()), '\n')) - 1 +
            (text.empty() ? 1 : 0);
    if (cells.size() == 1 && cells[0].empty()) continue;
    // Names are no numbers; a file of words only has none.
    const bool names = table.rows.empty() && table.names.empty() &&
                       std::ranges::none_of(cells, [](const std::string& cell) { return number_of(cell).has_value(); });
    if (names) {
      table.names = std::move(cells);
      continue;
    }
    const std::size_t columns =
        table.names.empty() ? (table.rows.empty() ? cells.size() : table.rows[0].size()) : table.names.size();
    require(cells.size() == columns, "line {}: has {} columns, the first line has {}", number, cells.size(), columns);
    table.rows.push_back(std::move(cells));
    table.lines.push_back(number);
  }
  require(!table.rows.empty(), "holds no samples");
  return table;
}

std::string column_name(const Table& table, std::size_t column) {
  return table.names.empty() ? fmt::format("column {}", column + 1) : "column '" + table.names[column] + "'";
}

std::size_t label_column(const Table& table, std::string_view label) {
  const std::size_t columns = table.rows[0].size();
  require(columns >= 2, "has one column; a sample needs features and a label");
  const auto find = [&](std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find(table.names, name) - table.names.begin());
  };
  if (!label.empty()) {
    require(find(label) < table.names.size(), "has no column '{}'; label names one of the first line", label);
    return find(label);
  }
  for (const char* usual : {"label", "class", "target", "y"}) {
    if (find(usual) < table.names.size()) return find(usual);
  }
  return columns - 1;
}

void put_labels(const Table& table, std::size_t column, const std::vector<std::string>& class_names, Dataset& data) {
  bool numbers = true, classes = true;
  std::set<std::string> words;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::string& cell = table.rows[row][column];
    require(!cell.empty(), "line {}: the label in {} is missing", table.lines[row], column_name(table, column));
    const std::optional<double> number = number_of(cell);
    numbers = numbers && number && std::isfinite(*number);
    classes = classes && number && *number == std::floor(*number);
    words.insert(cell);
  }
  if (numbers && !classes) {
    data.target_size = 1;
    for (const Cells& cells : table.rows) data.targets.push_back(static_cast<float>(*number_of(cells[column])));
    return;
  }
  if (!numbers)
    data.class_names = class_names.empty() ? std::vector<std::string>(words.begin(), words.end()) : class_names;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::string& cell = table.rows[row][column];
    constexpr double kMaxClasses = 65'536;
    if (numbers) {
      const double label = *number_of(cell);
      require(label >= 0 && label < kMaxClasses, "line {}: label {} is out of range; labels count from 0",
              table.lines[row], cell);
      data.labels.push_back(static_cast<std::int32_t>(label));
      continue;
    }
    const auto found = std::ranges::find(data.class_names, cell);
    require(found != data.class_names.end(), "line {}: no training sample has the label '{}'", table.lines[row], cell);
    data.labels.push_back(static_cast<std::int32_t>(found - data.class_names.begin()));
  }
  data.classes =
      std::max(*std::ranges::max_element(data.labels) + 1, static_cast<std::int32_t>(data.class_names.size()));
}

}  // namespace

Dataset parse_csv(std::string_view text, std::string_view label, const std::vector<std::string>& class_names) {
  const Table table = table_of(text);
  const std::size_t labels = label_column(table, label);
  Dataset data;
  data.sample_shape = {static_cast<std::int32_t>(table.rows[0].size() - 1)};
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    for (std::size_t column = 0; column < table.rows[row].size(); ++column) {
      if (column == labels) continue;
      const std::optional<double> number = number_of(table.rows[row][column]);
      require(number && std::isfinite(*number), "line {}, {}: '{}' is no finite number", table.lines[row],
              column_name(table, column), table.rows[row][column]);
      data.floats.push_back(static_cast<float>(*number));
    }
  }
  put_labels(table, labels, class_names, data);
  return data;
}

}  // namespace thimble
