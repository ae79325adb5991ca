#include "report/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "report/assets.h"
#include "report/format.h"

namespace thimble {

namespace {

std::string section_html(const Section& section) {
  std::string html = fmt::format("<section id=\"{}\">\n<h2>{}</h2>\n<p class=\"lead\">{}</p>\n", section.id,
                                 html_escape(section.title), html_escape(section.lead));
  std::string tables, figures;
  for (const Table& table : section.tables) tables += table_as_html(table);
  for (const Figure& figure : section.figures) {
    figures += fmt::format("<figure class=\"plot\"><figcaption>{}</figcaption>\n{}</figure>\n",
                           html_escape(figure.caption), figure.html);
  }
  if (section.figures.size() == 1) {
    html += fmt::format("<div class=\"pair\">\n<div>\n{}</div>\n{}</div>\n", tables, figures);
  } else {
    html += tables + (figures.empty() ? "" : fmt::format("<div class=\"figures\">\n{}</div>\n", figures));
  }
  if (!section.commands.empty()) {
    html += "<pre>";
    for (const std::string& line : section.commands) html += html_escape(line) + "\n";
    html += "</pre>\n";
  }
  return html + "</section>\n";
}

std::string page(const ReportInput& input, const std::vector<Section>& sections) {
  std::string navigation, body;
  for (const Section& section : sections) {
    navigation += fmt::format("<a href=\"#{}\">{}</a>\n", section.id, html_escape(section.title));
    body += section_html(section);
  }
  return fill_in(asset("page.html"), {{"style", std::string(asset("style.css"))},
                                      {"subject", html_escape(subject(input.results))},
                                      {"navigation", navigation},
                                      {"key_figures", key_figures_html(key_figures(input.results))},
                                      {"sections", body}});
}

/// A fence of backticks longer than any in `lines`.
std::string fence_for(const std::vector<std::string>& lines) {
  std::size_t longest = 2, run = 0;
  for (const std::string& line : lines) {
    for (const char c : line) longest = std::max(longest, run = c == '`' ? run + 1 : 0);
    run = 0;
  }
  return std::string(longest + 1, '`');
}

std::string markdown(const ReportInput& input, const std::vector<Section>& sections) {
  std::string text = "# Thimble report: " + markdown_escape(subject(input.results)) + "\n\n";
  for (const KeyFigure& figure : key_figures(input.results)) {
    text += fmt::format("- **{}** {} ({})\n", markdown_escape(figure.value), markdown_escape(figure.name),
                        markdown_escape(figure.detail));
  }
  for (const Section& section : sections) {
    text += fmt::format("\n## {}\n\n{}\n", markdown_escape(section.title), markdown_escape(section.lead));
    for (const Table& table : section.tables) text += fmt::format("\n{}", table_as_markdown(table));
    if (section.commands.empty()) continue;
    const std::string fence = fence_for(section.commands);
    text += "\n" + fence + "sh\n";
    for (const std::string& line : section.commands) text += line + "\n";
    text += fence + "\n";
  }
  return text + "\nPlots and pictures: index.html\n";
}

std::string terminal_text(const std::vector<Section>& sections) {
  std::string text;
  for (const Section& section : sections) {
    text += section.title + "\n";
    for (const Table& table : section.tables) text += fmt::format("\n{}", table_as_text(table));
    if (!section.commands.empty()) text += "\n";
    for (const std::string& line : section.commands) text += "  " + line + "\n";
    text += "\n";
  }
  return text;
}

}  // namespace

Report make_report(const ReportInput& input) {
  const std::vector<Section> sections = make_sections(input);
  require(!sections.empty(), "there are no results to report; give files that thimble train, eval and bench wrote");
  return {{{"index.html", page(input, sections)}, {"report.md", markdown(input, sections)}}, terminal_text(sections)};
}

}  // namespace thimble
