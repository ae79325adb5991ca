#include "report/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>

#include "base/embedded.h"
#include "base/error.h"
#include "report/format.h"

namespace thimble {

std::span<const EmbeddedFile> report_assets();

namespace {

std::string_view asset(std::string_view name) {
  const auto files = report_assets();
  const auto found = std::ranges::find(files, name, &EmbeddedFile::path);
  ensure(found != files.end(), "{} is not part of the program", name);
  return found->contents;
}

/// `skeleton` with each {{name}} replaced; what is put in is not looked at again.
std::string fill(std::string_view skeleton, const std::map<std::string_view, std::string>& values) {
  std::string text;
  while (true) {
    const std::size_t open = skeleton.find("{{");
    const std::size_t close = skeleton.find("}}", open);
    if (close == std::string_view::npos) return text.append(skeleton);
    const auto value = values.find(skeleton.substr(open + 2, close - open - 2));
    ensure(value != values.end(), "the page has a mark that nothing fills: {}", skeleton.substr(open, close - open));
    text.append(skeleton.substr(0, open)).append(value->second);
    skeleton.remove_prefix(close + 2);
  }
}

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

std::string key_figures_html(const std::vector<KeyFigure>& figures) {
  std::string html;
  for (const KeyFigure& figure : figures) {
    html += fmt::format("<div><b>{}</b><span>{}</span><small>{}</small></div>\n", html_escape(figure.value),
                        html_escape(figure.name), html_escape(figure.detail));
  }
  return html;
}

std::string page(const ReportInput& input, const std::vector<Section>& sections) {
  std::string navigation, body;
  for (const Section& section : sections) {
    navigation += fmt::format("<a href=\"#{}\">{}</a>\n", section.id, html_escape(section.title));
    body += section_html(section);
  }
  return fill(asset("page.html"), {{"style", std::string(asset("style.css"))},
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
