#include "report/table.h"

#include <fmt/format.h>

#include <algorithm>

#include "report/format.h"

namespace thimble {
namespace {

std::vector<std::size_t> column_widths(const Table& table) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    std::size_t width = text_width(table.columns[i].title);
    for (const auto& row : table.rows) width = std::max(width, text_width(row[i]));
    widths.push_back(width);
  }
  return widths;
}

std::string padded(const std::string& text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, text_width(text)), ' ');
  return right ? space + text : text + space;
}

std::string without_trailing_space(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

/// `text` broken at spaces into lines of at most `width` characters, each after two spaces.
std::string wrapped(const std::string& text, std::size_t width) {
  std::string result, line;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t end = std::min(text.find(' ', start), text.size());
    const std::string word = text.substr(start, end - start);
    if (!line.empty() && text_width(line) + 1 + text_width(word) > width) {
      result += "  " + line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
    start = end + 1;
  }
  return line.empty() ? result : result + "  " + line + "\n";
}

}  // namespace

std::string table_as_text(const Table& table) {
  constexpr std::size_t kNoteWidth = 100;
  const auto widths = column_widths(table);
  const auto line = [&](const auto& cell_of) {
    std::string text;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      text += "  " + padded(cell_of(i), widths[i], table.columns[i].number);
    }
    return without_trailing_space(text) + "\n";
  };
  std::string text = line([&](std::size_t i) { return table.columns[i].title; });
  for (const auto& row : table.rows) text += line([&](std::size_t i) { return row[i]; });
  return table.note.empty() ? text : text + "\n" + wrapped(table.note, kNoteWidth);
}

std::string table_as_markdown(const Table& table) {
  std::string head = "|", rule = "|", body;
  for (const Column& column : table.columns) {
    head += fmt::format(" {} |", markdown_escape(column.title));
    rule += column.number ? "---:|" : "---|";
  }
  for (const auto& row : table.rows) {
    body += "|";
    for (const std::string& cell : row) body += fmt::format(" {} |", markdown_escape(cell));
    body += "\n";
  }
  const std::string note = table.note.empty() ? "" : fmt::format("\n{}\n", markdown_escape(table.note));
  return head + "\n" + rule + "\n" + body + note;
}

std::string table_as_html(const Table& table) {
  const auto cell = [&](const char* tag, std::size_t i, const std::string& text) {
    const char* type = table.columns[i].number ? " class=\"n\"" : "";
    return fmt::format("<{0}{1}>{2}</{0}>", tag, type, html_escape(text));
  };
  std::string html = "<div class=\"scroll\"><table>\n<thead><tr>";
  for (std::size_t i = 0; i < table.columns.size(); ++i) html += cell("th", i, table.columns[i].title);
  html += "</tr></thead>\n<tbody>\n";
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) html += cell("td", i, row[i]);
    html += "</tr>\n";
  }
  html += "</tbody></table></div>\n";
  if (!table.note.empty()) html += fmt::format("<p class=\"note\">{}</p>\n", html_escape(table.note));
  return html;
}

}  // namespace thimble
