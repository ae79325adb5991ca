#include "report/assets.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "base/embedded.h"
#include "base/error.h"
#include "report/format.h"

namespace thimble {

std::span<const EmbeddedFile> report_assets();

std::string_view asset(std::string_view name) {
  const auto files = report_assets();
  const auto found = std::ranges::find(files, name, &EmbeddedFile::path);
  ensure(found != files.end(), "{} is not part of the program", name);
  return found->contents;
}

std::string fill_in(std::string_view skeleton, const std::map<std::string_view, std::string>& values) {
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

std::string key_figures_html(const std::vector<KeyFigure>& figures) {
  std::string html;
  for (const KeyFigure& figure : figures) {
    html += fmt::format("<div><b>{}</b><span>{}</span><small>{}</small></div>\n", html_escape(figure.value),
                        html_escape(figure.name), html_escape(figure.detail));
  }
  return html;
}

}  // namespace thimble
